namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// What orders the warps of a block beside its barriers: a warp publishes with a fence or a releasing access, of any scope, and takes what others have published
/// with an acquiring access, or with a fence behind a strong read or an atomic operation. A fence that follows no such read takes nothing: it is no barrier.
/// </summary>
/// <remarks>
/// A warp takes all that was published before, whichever word it came with. Times only grow, so what is left of an earlier block says nothing about this one.
/// </remarks>
internal static class BlockOrdering
{
    public static void Fence(Warp w)
    {
        if (w.HasReadFlag)
        {
            w.HasReadFlag = false;
            Acquire(w);
        }

        w.Block.Published[w.Index] = w.Launch.Tick();
    }

    /// <summary>An access that is not weak has read or written.</summary>
    public static void Access(Warp w, bool reads, bool acquires, bool releases)
    {
        w.HasReadFlag |= reads;
        if (acquires)
        {
            Acquire(w);
        }

        if (releases)
        {
            w.Block.Published[w.Index] = w.Launch.Tick();
        }
    }

    /// <summary>Whether what a thread of the block did is ordered before what the warp does now.</summary>
    public static bool IsKnown(Warp w, ulong record) => AccessRecord.Time(record) < w.Acquired[AccessRecord.Thread(record) >> 5];

    private static void Acquire(Warp w)
    {
        w.Block.Published.CopyTo(w.Acquired, 0);
        w.HasAcquired = true;
    }
}
