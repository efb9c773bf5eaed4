using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cublas;

/// <summary>A cublasHandle_t: it belongs to the context that was current when it was made.</summary>
internal sealed class EmulatedCublasHandle(EmulatedContext context)
{
    public EmulatedContext Context { get; } = context;

    public EmulatedStream Stream { get; private set; } = context.Legacy;

    /// <summary>The stream as it was set.</summary>
    public nint StreamHandle { get; private set; }

    public cublasMath_t Math { get; set; }

    public cublasPointerMode_t PointerMode { get; set; }

    /// <summary>cublasAtomicsMode_t.</summary>
    public int Atomics { get; set; }

    public int SmCountTarget { get; set; }

    /// <summary>The program's workspace; 0: the library's own pool.</summary>
    public ulong Workspace { get; private set; }

    public ulong WorkspaceBytes { get; private set; }

    /// <summary>No workspace was set since the handle was made or its stream was set.</summary>
    public bool UsesPool { get; private set; } = true;

    public bool ScalarsOnDevice => PointerMode == cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE;

    public EmulatedDeviceProfile Profile => Context.Device.Profile;

    /// <summary>Resets the workspace, also where the stream stays the same.</summary>
    public void SetStream(EmulatedStream stream, nint handle)
    {
        (Stream, StreamHandle) = (stream, handle);
        SetWorkspace(0, 0);
        UsesPool = true;
    }

    public void SetWorkspace(ulong address, ulong bytes) => (Workspace, WorkspaceBytes, UsesPool) = (address, bytes, false);
}

/// <summary>A cublasLtHandle_t; it has no stream.</summary>
internal sealed class EmulatedCublasLtHandle(EmulatedContext context)
{
    public EmulatedContext Context { get; } = context;
}
