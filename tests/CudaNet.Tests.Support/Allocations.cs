using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>What the managed heap gives out, to all threads together.</summary>
public static class Allocations
{
    /// <summary>The runtime itself allocates now and then (tiering, timers): one quiet try of five is proof, an allocating run never has one.</summary>
    public static void AssertNone(Action run, Action? before = null)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            if (before is null && attempt == 0)
            {
                run();
            }

            before?.Invoke();
            long start = GC.GetTotalAllocatedBytes(precise: true);
            run();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - start);
        }

        Assert.Equal(0, least);
    }
}
