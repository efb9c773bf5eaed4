namespace CudaNet.Emulator.Ptx;

/// <summary>The read-only registers the device fills.</summary>
internal enum PtxSpecialRegister : byte
{
    Tid,
    NTid,
    CtaId,
    NCtaId,
    LaneId,
    WarpId,
    NWarpId,
    SmId,
    NSmId,
    GridId,
    LaneMaskEq,
    LaneMaskLe,
    LaneMaskLt,
    LaneMaskGe,
    LaneMaskGt,
    Clock,
    ClockHi,
    Clock64,
    GlobalTimer,
    GlobalTimerLo,
    GlobalTimerHi,
    DynamicSmemSize,
    TotalSmemSize,
}
