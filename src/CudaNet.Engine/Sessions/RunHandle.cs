namespace CudaNet.Engine;

/// <summary>
/// What the copies of an <see cref="InferenceRun"/> hold, and nobody else while the run is in flight: when the last copy is gone without having ended the
/// run, the garbage collector finds it here. Idle handles wait in the scheduler.
/// </summary>
internal sealed class RunHandle(RunScheduler scheduler, Run run)
{
    ~RunHandle() => scheduler.Find(run);

    public Run Run => run;

    /// <summary>Ends the run, whose call in progress this is, and gives its place back.</summary>
    public void End() => scheduler.GiveBack(this, run.End());
}
