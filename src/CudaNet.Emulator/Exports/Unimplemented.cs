using System.Collections.Concurrent;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>Functions that the emulator exports and lacks, as a whole or in some form.</summary>
internal static class Unimplemented
{
    private static readonly ConcurrentDictionary<string, bool> Said = new(StringComparer.Ordinal);

    /// <summary>What a function of the driver answers that the emulator has by name only, whatever it is given; each call is a finding.</summary>
    public static CUresult ByName(string name)
    {
        EmulatedMachine.Current?.Find(FindingKind.Unsupported, $"{name} is not implemented by the emulator.");
        return CUresult.CUDA_ERROR_NOT_SUPPORTED;
    }

    /// <summary>What the driver answers to a form of a call that the emulator lacks, which is said on the error stream, once.</summary>
    public static CUresult Answer(string name) => Answer(name, CUresult.CUDA_ERROR_NOT_SUPPORTED);

    /// <summary>What a library answers, with the same word once.</summary>
    public static T Answer<T>(string name, T answer)
    {
        if (Said.TryAdd(name, true))
        {
            ErrorStream.Say($"{name} is not implemented");
        }

        return answer;
    }
}
