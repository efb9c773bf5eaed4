namespace CudaNet.Engine;

/// <summary>
/// What the copies of an <see cref="InferenceRun"/> hold, and nobody else while the run is in flight: when the last copy is gone without having ended the
/// run, the garbage collector finds it here. Idle handles wait in the scheduler.
/// </summary>
internal sealed class RunHandle(Run run)
{
    private long _generation;
    private volatile bool _isSpent;

    ~RunHandle()
    {
        _isSpent = true;
        RunScheduler.Find(run, Volatile.Read(ref _generation));
    }

    public Run Run => run;

    /// <summary>Its finaliser has run: it would not find a run again.</summary>
    public bool IsSpent => _isSpent;

    /// <summary>Which run it is for now.</summary>
    public void Hold(long generation) => Volatile.Write(ref _generation, generation);

    /// <summary>Ends the run, whose call in progress this is, and gives its place back.</summary>
    public void End()
    {
        ResidentExecutable? resident = null;
        try
        {
            resident = run.End();
        }
        finally
        {
            run.Scheduler.GiveBack(this, resident);
        }
    }
}
