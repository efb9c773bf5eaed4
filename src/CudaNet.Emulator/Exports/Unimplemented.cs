using System.Collections.Concurrent;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Functions that the emulator exports and lacks.</summary>
internal static class Unimplemented
{
    private static readonly ConcurrentDictionary<string, bool> Said = new(StringComparer.Ordinal);

    /// <summary>Says the function's name on the error stream, once.</summary>
    public static void Say(string name)
    {
        if (Said.TryAdd(name, true))
        {
            Console.Error.WriteLine($"CudaNet.Emulator: {name} is not implemented");
        }
    }

    /// <summary>Says the function's name, and answers as a driver without it.</summary>
    public static CUresult Answer(string name)
    {
        Say(name);
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }
}
