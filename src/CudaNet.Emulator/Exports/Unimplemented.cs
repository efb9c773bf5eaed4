using System.Collections.Concurrent;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Functions that the emulator exports and lacks: each says its name on the error stream, once.</summary>
internal static class Unimplemented
{
    private static readonly ConcurrentDictionary<string, bool> Said = new(StringComparer.Ordinal);

    /// <summary>What the driver answers.</summary>
    public static CUresult Answer(string name) => Answer(name, CUresult.CUDA_ERROR_NOT_SUPPORTED);

    /// <summary>What a library answers.</summary>
    public static T Answer<T>(string name, T answer)
    {
        if (Said.TryAdd(name, true))
        {
            ErrorStream.Say($"{name} is not implemented");
        }

        return answer;
    }
}
