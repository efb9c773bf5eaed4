using ILGPU;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>ILGPU on the emulated device. One at a time: the process has one machine.</summary>
internal sealed class IlgpuDevice : IDisposable
{
    public IlgpuDevice()
    {
        PublishedLibrary.Bind(typeof(Context).Assembly);
        Context = Context.Create(builder => builder.Cuda().EnableAlgorithms());
        CudaDevice device = Context.GetCudaDevice(0);
        Assert.Equal("Emulated Ampere", device.Name);
        Accelerator = device.CreateCudaAccelerator(Context);
    }

    public Context Context { get; }

    public CudaAccelerator Accelerator { get; }

    public void Dispose()
    {
        Accelerator.Dispose();
        Context.Dispose();
    }
}
