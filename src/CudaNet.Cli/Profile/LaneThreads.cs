using System.Runtime.ExceptionServices;

namespace CudaNet.Cli;

/// <summary>Work on several lanes at once, a thread each.</summary>
internal static class LaneThreads
{
    /// <summary>Returns when all have ended; what one of them throws is thrown then. One lane is served by the caller's own thread.</summary>
    public static void Run(IReadOnlyList<PassLane> lanes, Action<PassLane> work)
    {
        if (lanes.Count == 1)
        {
            work(lanes[0]);
            return;
        }

        Task[] threads = [.. lanes.Select(lane => Task.Factory.StartNew(() => work(lane), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(threads);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
