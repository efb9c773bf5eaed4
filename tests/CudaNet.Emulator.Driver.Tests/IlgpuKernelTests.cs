using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>Kernels that ILGPU compiles to PTX: values, structures, atomics, shared memory, barriers, warps, streams.</summary>
[Collection(nameof(OneMachine))]
public sealed class IlgpuKernelTests
{
    private const int Bins = 16;
    private const int Tile = 8;
    private const int GroupSize = 128;

    [Fact]
    public void A_kernel_computes_each_element()
    {
        using IlgpuDevice device = new();
        float[] x = [.. Enumerable.Range(0, 1000).Select(i => (i * 0.25f) - 100)];
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D(x);
        using MemoryBuffer1D<float, Stride1D.Dense> result = device.Accelerator.Allocate1D<float>(x.Length);
        Action<Index1D, ArrayView<float>, ArrayView<float>, float> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, float>(Scale);
        kernel(x.Length, values.View, result.View, 3);
        device.Accelerator.Synchronize();
        Assert.Equal(x.Select(v => v < 0 ? 0 : v * 3), result.GetAsArray1D());
    }

    [Fact]
    public void Structures_and_two_dimensions_are_taken()
    {
        using IlgpuDevice device = new();
        using MemoryBuffer2D<long, Stride2D.DenseX> result = device.Accelerator.Allocate2DDenseX<long>(new Index2D(7, 5));
        Action<Index2D, ArrayView2D<long, Stride2D.DenseX>, Weights> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<long, Stride2D.DenseX>, Weights>(Weigh);
        kernel(new Index2D(7, 5), result.View, new Weights(1000, -3, 0.5));
        device.Accelerator.Synchronize();
        long[,] seen = result.GetAsArray2D();
        Assert.All(Enumerable.Range(0, 35), i => Assert.Equal((i / 5 * 1000L) + (i % 5 * -3) + 1, seen[i / 5, i % 5]));
    }

    [Fact]
    public void Atomics_count_what_many_threads_add()
    {
        using IlgpuDevice device = new();
        int[] values = [.. Enumerable.Range(0, 5000).Select(i => (int)((uint)(i * 2654435761) >> 28))];
        using MemoryBuffer1D<int, Stride1D.Dense> input = device.Accelerator.Allocate1D(values);
        using MemoryBuffer1D<int, Stride1D.Dense> bins = device.Accelerator.Allocate1D<int>(Bins);
        using MemoryBuffer1D<int, Stride1D.Dense> extremes = device.Accelerator.Allocate1D([int.MaxValue, int.MinValue]);
        using MemoryBuffer1D<float, Stride1D.Dense> sum = device.Accelerator.Allocate1D<float>(1);
        bins.MemSetToZero();
        sum.MemSetToZero();
        Action<Index1D, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<int>, ArrayView<int>, ArrayView<float>>(Count);
        kernel(values.Length, input.View, bins.View, extremes.View, sum.View);
        device.Accelerator.Synchronize();
        Assert.Equal(Enumerable.Range(0, Bins).Select(b => values.Count(v => v == b)), bins.GetAsArray1D());
        Assert.Equal([values.Min(), values.Max()], extremes.GetAsArray1D());
        Assert.Equal(values.Sum(), sum.GetAsArray1D()[0]);
    }

    [Fact]
    public void A_compare_and_swap_loop_multiplies()
    {
        using IlgpuDevice device = new();
        using MemoryBuffer1D<int, Stride1D.Dense> product = device.Accelerator.Allocate1D([1]);
        Action<Index1D, ArrayView<int>> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Multiply);
        kernel(300, product.View);
        device.Accelerator.Synchronize();
        Assert.Equal(Enumerable.Range(0, 300).Aggregate(1, (all, i) => unchecked(all * ((2 * i) + 1))), product.GetAsArray1D()[0]);
    }

    [Fact]
    public void Shared_memory_and_barriers_multiply_matrices()
    {
        using IlgpuDevice device = new();
        const int Size = 4 * Tile;
        float[,] a = new float[Size, Size], b = new float[Size, Size];
        for (int i = 0; i < Size * Size; i++)
        {
            (a[i / Size, i % Size], b[i / Size, i % Size]) = ((i * 7 % 13) - 6, (i * 5 % 11) - 5);
        }

        using MemoryBuffer2D<float, Stride2D.DenseX> left = device.Accelerator.Allocate2DDenseX(a), right = device.Accelerator.Allocate2DDenseX(b);
        using MemoryBuffer2D<float, Stride2D.DenseX> result = device.Accelerator.Allocate2DDenseX<float>(new Index2D(Size, Size));
        Action<KernelConfig, ArrayView2D<float, Stride2D.DenseX>, ArrayView2D<float, Stride2D.DenseX>, ArrayView2D<float, Stride2D.DenseX>> kernel =
            device.Accelerator.LoadStreamKernel<ArrayView2D<float, Stride2D.DenseX>, ArrayView2D<float, Stride2D.DenseX>, ArrayView2D<float, Stride2D.DenseX>>(Product);
        kernel(new KernelConfig(new Index2D(4, 4), new Index2D(Tile, Tile)), left.View, right.View, result.View);
        device.Accelerator.Synchronize();
        float[,] seen = result.GetAsArray2D();
        for (int i = 0; i < Size * Size; i++)
        {
            (int row, int column) = (i / Size, i % Size);
            Assert.Equal(Enumerable.Range(0, Size).Sum(k => a[row, k] * b[k, column]), seen[row, column]);
        }
    }

    [Fact]
    public void Lanes_of_a_warp_exchange_values()
    {
        using IlgpuDevice device = new();
        using MemoryBuffer1D<int, Stride1D.Dense> result = device.Accelerator.Allocate1D<int>(2 * GroupSize);
        Action<KernelConfig, ArrayView<int>> kernel = device.Accelerator.LoadStreamKernel<ArrayView<int>>(Rotate);
        kernel(new KernelConfig(2, GroupSize), result.View);
        device.Accelerator.Synchronize();
        Assert.Equal(Enumerable.Range(0, 2 * GroupSize).Select(i => (i & ~31) + ((i + 1) % 32)), result.GetAsArray1D());
    }

    [Fact]
    public void Streams_run_beside_each_other_and_wait_where_they_are_told()
    {
        using IlgpuDevice device = new();
        using AcceleratorStream first = device.Accelerator.CreateStream(), second = device.Accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> one = device.Accelerator.Allocate1D<float>(64), other = device.Accelerator.Allocate1D<float>(64);
        one.MemSetToZero(first);
        other.MemSetToZero(second);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(Add);
        for (int i = 0; i < 10; i++)
        {
            kernel(first, 64, one.View, 1);
            kernel(second, 64, other.View, 2);
        }

        first.Synchronize();
        kernel(second, 64, one.View, 100);
        second.Synchronize();
        Assert.All(one.GetAsArray1D(), v => Assert.Equal(110, v));
        Assert.All(other.GetAsArray1D(), v => Assert.Equal(20, v));
    }

    private static void Scale(Index1D index, ArrayView<float> values, ArrayView<float> result, float factor) =>
        result[index] = values[index] < 0 ? 0 : values[index] * factor;

    private static void Weigh(Index2D index, ArrayView2D<long, Stride2D.DenseX> result, Weights weights) =>
        result[index] = (index.X * weights.OfX) + (index.Y * weights.OfY) + (long)(weights.Offset * 2);

    private static void Count(Index1D index, ArrayView<int> values, ArrayView<int> bins, ArrayView<int> extremes, ArrayView<float> sum)
    {
        Atomic.Add(ref bins[values[index]], 1);
        Atomic.Min(ref extremes[0], values[index]);
        Atomic.Max(ref extremes[1], values[index]);
        Atomic.Add(ref sum[0], values[index]);
    }

    private static void Multiply(Index1D index, ArrayView<int> product)
    {
        int seen = product[0];
        int before;
        do
        {
            before = seen;
            seen = Atomic.CompareExchange(ref product[0], before, before * ((2 * index) + 1));
        }
        while (seen != before);
    }

    private static void Product(ArrayView2D<float, Stride2D.DenseX> a, ArrayView2D<float, Stride2D.DenseX> b, ArrayView2D<float, Stride2D.DenseX> result)
    {
        ArrayView2D<float, Stride2D.DenseX> left = SharedMemory.Allocate2D<float, Stride2D.DenseX>(new Index2D(Tile, Tile), new Stride2D.DenseX(Tile));
        ArrayView2D<float, Stride2D.DenseX> right = SharedMemory.Allocate2D<float, Stride2D.DenseX>(new Index2D(Tile, Tile), new Stride2D.DenseX(Tile));
        (int x, int y) = (Group.IdxX, Group.IdxY);
        Index2D place = Grid.GlobalIndex.XY;
        float sum = 0;
        for (int tile = 0; tile < a.IntExtent.Y; tile += Tile)
        {
            left[x, y] = a[place.X, tile + y];
            right[x, y] = b[tile + x, place.Y];
            Group.Barrier();
            for (int k = 0; k < Tile; k++)
            {
                sum += left[x, k] * right[k, y];
            }

            Group.Barrier();
        }

        result[place] = sum;
    }

    private static void Rotate(ArrayView<int> result)
    {
        int index = Grid.GlobalIndex.X;
        result[index] = Warp.Shuffle(index, (Warp.LaneIdx + 1) % Warp.WarpSize);
    }

    private static void Add(Index1D index, ArrayView<float> values, float addend) => values[index] += addend;
}

/// <summary>A structure with padding, by value. ILGPU makes code that must see it.</summary>
public readonly record struct Weights(int OfX, short OfY, double Offset);
