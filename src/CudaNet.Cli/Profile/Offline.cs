using System.Diagnostics;

namespace CudaNet.Cli;

/// <summary>As many passes as there are: each lane begins the next one as soon as it has room. Only how many a second is measured.</summary>
internal static class Offline
{
    public const string Name = "offline";

    /// <param name="lanes">At work at once.</param>
    /// <param name="warmUp">Passes run so long before any is counted.</param>
    /// <param name="duration">They are counted so long at least,</param>
    /// <param name="passes">and so many on all lanes together, at least.</param>
    public static MeasuredTimes Measure(IReadOnlyList<PassLane> lanes, TimeSpan warmUp, TimeSpan duration, int passes)
    {
        Run(lanes, warmUp, 0);
        long start = Stopwatch.GetTimestamp();
        int counted = Run(lanes, duration, passes);
        return new MeasuredTimes(warmUp, Stopwatch.GetElapsedTime(start), counted, [], []);
    }

    /// <summary>How many passes ran.</summary>
    private static int Run(IReadOnlyList<PassLane> lanes, TimeSpan duration, int passes)
    {
        int done = 0;
        long start = Stopwatch.GetTimestamp();
        LaneThreads.Run(lanes, lane =>
        {
            while (Stopwatch.GetElapsedTime(start) < duration || Volatile.Read(ref done) < passes)
            {
                lane.Enqueue();
                Interlocked.Increment(ref done);
            }

            lane.Drain();
        });
        return done;
    }
}
