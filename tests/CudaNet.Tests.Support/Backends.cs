using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Reference;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Every backend variant, by a name that a test can print: the reference, and the CPU backend at each SIMD width on one and two threads. One test
/// body serves them all; a width that this machine lacks is skipped with the reason. Buffers of the CPU backend hold NaN at first, so that a halo that nobody
/// cleared, or whatever else nobody wrote, shows.
/// </summary>
public static class Backends
{
    public static TheoryData<string> All => ["reference", "cpu-128-1", "cpu-128-2", "cpu-256-1", "cpu-256-2", "cpu-512-1", "cpu-512-2"];

    /// <summary>The same and the one that computes nothing, for what holds whatever is computed.</summary>
    public static TheoryData<string> AllAndNull => ["null", .. All.Select(row => row.Data)];

    /// <summary>The CPU backend at each SIMD width.</summary>
    public static TheoryData<string> Cpu => ["cpu-128-2", "cpu-256-2", "cpu-512-2"];

    public static IBackend Create(string name)
    {
        if (name is "reference" or "null")
        {
            return name == "null" ? new NullBackend() : new ReferenceBackend();
        }

        string[] parts = name.Split('-');
        try
        {
            CpuOptions options = new() { SimdWidth = Enum.Parse<SimdWidth>($"Bits{parts[1]}"), Threads = parts[2][0] - '0' };
            return new CpuBackend(options, new NativeAllocator { InitialValue = float.NaN });
        }
        catch (CudaNetException exception)
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }
}
