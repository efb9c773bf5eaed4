using CudaNet.Kernels.Cuda;
using ILGPU;
using ILGPU.Runtime;
using Xunit;
using CudaStream = CudaNet.Kernels.Cuda.CudaStream;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>ILGPU and CudaNet share a context of ILGPU's, a stream and a buffer.</summary>
[Collection(nameof(OneMachine))]
public sealed class IlgpuBesideCudaNetTests
{
    [Fact]
    public void What_ILGPU_queues_runs_before_and_after_what_CudaNet_queues_in_its_stream()
    {
        using IlgpuDevice device = new();
        using AcceleratorStream stream = device.Accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<float>(64);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(Add);
        buffer.MemSetToZero(stream);
        kernel(stream, 64, buffer.View, 1);

        using (CudaContext context = CudaContext.FromHandle(PublishedLibrary.Load(), device.Accelerator.NativePtr))
        using (CudaStream theirs = CudaStream.FromHandle(context, ((ILGPU.Runtime.Cuda.CudaStream)stream).StreamPtr))
        using (DeviceMemory values = DeviceMemory.FromAddress(context, new DeviceAddress((ulong)buffer.NativePtr), 256))
        using (DeviceMemory copy = new(context, 256))
        {
            theirs.Copy(values, (DeviceSlice)copy);
            theirs.Fill(BitConverter.SingleToUInt32Bits(5), values);
            kernel(stream, 64, buffer.View, 20);
            float[] seen = new float[64];
            theirs.Download<float>(copy, seen);
            Assert.All(seen, v => Assert.Equal(1, v));
        }

        stream.Synchronize();
        Assert.All(buffer.GetAsArray1D(), v => Assert.Equal(25, v));
    }

    private static void Add(Index1D index, ArrayView<float> values, float addend) => values[index] += addend;
}
