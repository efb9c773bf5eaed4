using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>What nearly every function asks first.</summary>
internal static class NativeCallExtensions
{
    /// <summary>What to answer at once; null: go on.</summary>
    /// <param name="call">The call.</param>
    /// <param name="invalid">An argument is one that the driver refuses before it looks any further.</param>
    public static CUresult? Refuse(this in NativeCall call, bool invalid) =>
        call.Injected ?? (invalid ? CUresult.CUDA_ERROR_INVALID_VALUE : null);
}
