namespace CudaNet.Kernels.Cuda;

/// <summary>How objects of one kind are freed: the native function's name, and the call that gives its result as a number.</summary>
internal sealed record ReleaseCall(string Name, Func<CudaLibraries, nint, int> Release);
