namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// What orders the accesses of different blocks: a fence of the device's or the system's scope, or an access that acquires or releases in one, on both
/// sides. What has the scope of the block orders nothing between blocks. The warps of one block: <see cref="BlockOrdering"/>.
/// </summary>
/// <remarks>
/// Where blocks run one after the other, all that was published before an acquiring event counts as acquired by it. Where they run interleaved, only what the
/// value that was read came with (<see cref="GridClocks"/>), and each such access is a place where another warp may get its turn.
/// </remarks>
internal static unsafe class Ordering
{
    /// <summary>Publishes and acquires: orders what others published before with what comes after.</summary>
    public static void Fence(Warp w, Instruction* i)
    {
        BlockOrdering.Fence(w);
        if (i->IsOfBlock)
        {
            return;
        }

        HostPublication.Fenced(w, i);
        if (w.Launch.Grid is { } grid)
        {
            grid.Clocks.Fence(w);
            return;
        }

        w.AcquiredAt = w.Launch.FencedAt;
        w.Launch.FencedAt = w.Launch.Tick();
    }

    /// <summary>An access that is not weak has read or written global memory, or that of the block.</summary>
    public static void Access(Warp w, Instruction* i, bool reads, bool writes, bool isShared)
    {
        bool acquires = reads && i->Acquires;
        bool releases = writes && i->Releases;
        BlockOrdering.Access(w, reads, acquires, releases);
        if (isShared || i->IsOfBlock)
        {
            return;
        }

        if (w.Launch.Grid is { } grid)
        {
            grid.Clocks.Access(w, i, reads, writes, acquires, releases);
            if (w.Launch.Random.Next(2) == 0)
            {
                w.Pause();
            }

            return;
        }

        if (acquires)
        {
            w.AcquiredAt = w.Launch.FencedAt;
        }

        if (releases)
        {
            w.Launch.FencedAt = w.Launch.Tick();
        }
    }
}
