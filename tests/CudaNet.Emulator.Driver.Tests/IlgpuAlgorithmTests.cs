using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.RadixSortOperations;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>ILGPU.Algorithms: reductions, sorts, and the functions of mathematics it brings along.</summary>
[Collection(nameof(OneMachine))]
public sealed class IlgpuAlgorithmTests
{
    private static readonly int[] Values = [.. Enumerable.Range(0, 1500).Select(i => (int)((uint)(i * 2654435761) >> 8) - (1 << 23))];

    [Fact]
    public void Reductions_sum_and_compare()
    {
        using IlgpuDevice device = new();
        using MemoryBuffer1D<int, Stride1D.Dense> values = device.Accelerator.Allocate1D(Values);
        Assert.Equal(Values.Sum(), device.Accelerator.Reduce<int, AddInt32>(device.Accelerator.DefaultStream, values.View));
        Assert.Equal(Values.Max(), device.Accelerator.Reduce<int, MaxInt32>(device.Accelerator.DefaultStream, values.View));
        Assert.Equal(Values.Min(), device.Accelerator.Reduce<int, MinInt32>(device.Accelerator.DefaultStream, values.View));
    }

    [Fact]
    public void Sorts_put_in_order_both_ways()
    {
        using IlgpuDevice device = new();
        Assert.Equal(Values.Order(), Sorted<AscendingInt32>(device));
        Assert.Equal(Values.OrderDescending(), Sorted<DescendingInt32>(device));
    }

    [Fact]
    public void Functions_of_mathematics_are_close_to_the_host_s()
    {
        using IlgpuDevice device = new();
        float[] x = [.. Enumerable.Range(1, 500).Select(i => i * 0.02f)];
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D(x);
        using MemoryBuffer1D<float, Stride1D.Dense> result = device.Accelerator.Allocate1D<float>(x.Length);
        Action<Index1D, ArrayView<float>, ArrayView<float>> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Compute);
        kernel(x.Length, values.View, result.View);
        device.Accelerator.Synchronize();
        float[] seen = result.GetAsArray1D();
        Assert.All(Enumerable.Range(0, x.Length), i =>
        {
            double expected = Math.Sqrt(x[i]) + Math.Exp(-x[i]) + Math.Tanh(x[i]);
            Assert.True(Math.Abs(seen[i] - expected) <= 2e-6 * expected, $"{x[i]}: {seen[i]}, {expected}");
        });
    }

    private static int[] Sorted<TOperation>(IlgpuDevice device)
        where TOperation : struct, IRadixSortOperation<int>
    {
        using MemoryBuffer1D<int, Stride1D.Dense> values = device.Accelerator.Allocate1D(Values);
        RadixSort<int, Stride1D.Dense> sort = device.Accelerator.CreateRadixSort<int, Stride1D.Dense, TOperation>();
        using MemoryBuffer1D<int, Stride1D.Dense> temporary = device.Accelerator.Allocate1D<int>(device.Accelerator.ComputeRadixSortTempStorageSize<int, TOperation>(Values.Length));
        sort(device.Accelerator.DefaultStream, values.View, temporary.View);
        device.Accelerator.Synchronize();
        return values.GetAsArray1D();
    }

    private static void Compute(Index1D index, ArrayView<float> values, ArrayView<float> result) =>
        result[index] = XMath.Sqrt(values[index]) + XMath.Exp(-values[index]) + XMath.Tanh(values[index]);
}
