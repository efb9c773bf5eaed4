using System.Diagnostics;

namespace CudaNet.Engine;

/// <content>Runs that nobody can reach any more.</content>
internal sealed partial class RunScheduler
{
    /// <summary>Called by a finaliser: nobody can reach the run any more. It is ended on a pool thread.</summary>
    public static void Find(Run run, long generation)
    {
        if (run.IsInFlight)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Run.Scheduler.EndForgotten(state.Run, state.Generation), (Run: run, Generation: generation), preferLocal: false);
        }
    }

    private void EndForgotten(Run run, long generation)
    {
        if (!run.TryEnterToEnd(generation, isOwner: true))
        {
            return;
        }

        try
        {
            try
            {
                Executables.Discard(run.End());
            }
            finally
            {
                Leave(new RunHandle(run));
            }

            Interlocked.Increment(ref _forgotten);
            _runForgotten($"a run of '{_model.Graph.Output}' was forgotten: neither disposed of nor abandoned. Its place is free again; put it into a using statement");
        }
#pragma warning disable CA1031 // A backend's or a user's, on a thread that nobody waits for: thrown on, it would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Trace.TraceError($"ending a forgotten run, or telling of it, threw: {exception}");
        }
    }
}
