using System.Collections.Concurrent;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The answer of functions that the emulator exports and lacks.</summary>
internal static class Unimplemented
{
    private static readonly ConcurrentDictionary<string, bool> Said = new(StringComparer.Ordinal);

    /// <summary>Says the function's name on the error stream, once, and answers that it is not supported.</summary>
    public static CUresult Answer(string name)
    {
        if (Said.TryAdd(name, true))
        {
            Console.Error.WriteLine($"CudaNet.Emulator: {name} is not implemented");
        }

        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }
}
