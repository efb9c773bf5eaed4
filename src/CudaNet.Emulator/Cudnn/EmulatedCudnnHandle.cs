using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A cudnnHandle_t: it belongs to the context that was current when it was made, and queues its work on one stream.</summary>
internal sealed class EmulatedCudnnHandle(EmulatedContext context)
{
    public EmulatedContext Context { get; } = context;

    public EmulatedStream Stream { get; set; } = context.Legacy;

    /// <summary>The stream as it was set.</summary>
    public nint StreamHandle { get; set; }

    public EmulatedDeviceProfile Profile => Context.Device.Profile;
}
