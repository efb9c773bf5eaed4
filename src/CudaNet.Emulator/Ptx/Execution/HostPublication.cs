using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// What a block stores to memory of the host, and how it tells the host so while it runs: data with weak stores, then a fence, then a flag with a volatile,
/// relaxed or atomic access; or a flag with a release. Only the system's scope orders the two for the host: with the device's the host may see the flag first.
/// </summary>
/// <remarks>A flag with no fence at all may be no flag, and is left alone.</remarks>
internal unsafe struct HostPublication
{
    private long _count;
    private long _storedAt;
    private long _deviceFencedAt;
    private long _systemFencedAt;
    private ulong _address;
    private int _store;
    private int _fence;

    public static void Fenced(Warp w, Instruction* i)
    {
        ref HostPublication host = ref w.Block.Host;
        if (i->Scope == PtxMemoryScope.System)
        {
            host._systemFencedAt = ++host._count;
        }
        else
        {
            host._deviceFencedAt = ++host._count;
            host._fence = i->Origin;
        }
    }

    /// <summary>The lanes that execute have stored to memory of the host.</summary>
    public static void Stored(Warp w, Instruction* i)
    {
        ref HostPublication host = ref w.Block.Host;
        int lane = Lanes.First(w.Mask);
        if (i->IsWeak)
        {
            host._storedAt = ++host._count;
            host._address = w.Addresses[lane];
            host._store = i->Origin;
            return;
        }

        if (i->Releases && i->Scope == PtxMemoryScope.System)
        {
            host._systemFencedAt = ++host._count;
        }
        else if (host._storedAt > host._systemFencedAt && host._address != w.Addresses[lane] && (i->Releases || host._deviceFencedAt > host._storedAt) && w.Launch.Options.CheckRaces)
        {
            DeviceFault fault = Faults.HalfPublished(w, i, lane, host._store, i->Releases ? i->Origin : host._fence);
            host._storedAt = 0;
            (w.Launch.Options.ReportRace ?? throw fault)(fault.Finding);
        }
    }
}
