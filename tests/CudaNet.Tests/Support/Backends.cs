using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Reference;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Every backend variant that this machine runs, by a name that a test can print. One test body serves them all.</summary>
internal static class Backends
{
    private const string CpuPrefix = "cpu-";

    public static TheoryData<string> All => ["reference", .. Cpu.Select(row => row.Data)];

    /// <summary>The CPU backend at every vector width of this machine, with two threads.</summary>
    public static TheoryData<string> Cpu => [.. SimdSupport.Widths.Select(w => $"{CpuPrefix}{(int)w}")];

    public static IBackend Create(string name, int threads = 2) => name switch
    {
        "reference" => new ReferenceBackend(),
        _ when name.StartsWith(CpuPrefix, StringComparison.Ordinal) && Enum.TryParse($"Bits{name[CpuPrefix.Length..]}", out SimdWidth width) =>
            new CpuBackend(new CpuOptions { SimdWidth = width, Threads = threads }),
        _ => throw new ArgumentException($"no backend variant '{name}'"),
    };
}
