using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
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

    /// <summary>ILGPU makes an image, a network of CudaNet's reads it where it is, and ILGPU works on what comes out: nothing of it leaves the device, nobody waits.</summary>
    [Fact]
    public void A_network_runs_between_ILGPUs_kernels()
    {
        TensorShape shape = new(1, 3, 64, 64);
        using Model model = TestModels.Create("resnet18");
        using IlgpuDevice device = new();
        using AcceleratorStream stream = device.Accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> image = device.Accelerator.Allocate1D<float>(shape.ElementCount), logits = device.Accelerator.Allocate1D<float>(10);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(Add);
        CudaBackend backend = new(new CudaOptions { Context = device.Accelerator.NativePtr, Libraries = PublishedLibrary.Load() });
        using (Session session = new(model, backend))
        using (DeviceBinding binding = backend.Bind(
            DeviceInput.Planes(new DeviceAddress((ulong)image.NativePtr), shape),
            new DeviceOutput(new DeviceAddress((ulong)logits.NativePtr), session.OutputShape(shape)),
            new DeviceOrder { Stream = ((ILGPU.Runtime.Cuda.CudaStream)stream).StreamPtr }))
        {
            for (int run = 1; run <= 3; run++)
            {
                image.MemSetToZero(stream);
                kernel(stream, (int)shape.ElementCount, image.View, run / 4f);
                session.Enqueue(binding);
                kernel(stream, 10, logits.View, 100);
                stream.Synchronize();
                float[] expected = session.Predict(new Tensor(shape, Enumerable.Repeat(run / 4f, (int)shape.ElementCount).ToArray())).Values.ToArray();
                Assert.Equal(expected.Select(v => v + 100), logits.GetAsArray1D());
            }
        }
    }

    private static void Add(Index1D index, ArrayView<float> values, float addend) => values[index] += addend;
}
