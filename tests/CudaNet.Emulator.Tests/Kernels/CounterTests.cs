using CudaNet.Engine;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class CounterTests
{
    private const double LeastOfIdealSectors = 0.95;

    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Fast_kernels_ask_for_whole_sectors_and_meet_no_bank_twice(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (int batch in (ReadOnlySpan<int>)[1, 2])
        {
            using NetworkLaunches launches = new(device.Context, device.Stream, device.Kernels, Enum.Parse<StoragePrecision>(precision), batch);
            foreach ((string operation, string shape) in launches.Run())
            {
                KernelCounters counters = device.LastCounters;
                Assert.True(
                    counters.IdealGlobalSectors >= LeastOfIdealSectors * counters.GlobalSectors,
                    $"{operation}, {shape}, {precision}: {counters.GlobalSectors} sectors where {counters.IdealGlobalSectors} would do");
                Assert.True(
                    counters.SharedPasses == counters.IdealSharedPasses,
                    $"{operation}, {shape}, {precision}: {counters.SharedPasses} shared passes where {counters.IdealSharedPasses} would do");
            }
        }
    }
}
