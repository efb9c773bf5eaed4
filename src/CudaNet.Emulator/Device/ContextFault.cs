using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>Why a context answers nothing else any more.</summary>
/// <param name="Result">What every call that needs it answers.</param>
/// <param name="Cause">The work that failed, and how.</param>
internal sealed record ContextFault(CUresult Result, string Cause);
