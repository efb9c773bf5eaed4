namespace CudaNet.Emulator.Ptx;

/// <summary>The special registers by name.</summary>
internal static class PtxSpecialNames
{
    /// <summary>The register of a name with its percent sign; null where there is none.</summary>
    public static PtxSpecialRegister? Find(ReadOnlySpan<char> name) => name switch
    {
        "%tid" => PtxSpecialRegister.Tid,
        "%ntid" => PtxSpecialRegister.NTid,
        "%ctaid" => PtxSpecialRegister.CtaId,
        "%nctaid" => PtxSpecialRegister.NCtaId,
        "%laneid" => PtxSpecialRegister.LaneId,
        "%warpid" => PtxSpecialRegister.WarpId,
        "%nwarpid" => PtxSpecialRegister.NWarpId,
        "%smid" => PtxSpecialRegister.SmId,
        "%nsmid" => PtxSpecialRegister.NSmId,
        "%gridid" => PtxSpecialRegister.GridId,
        "%lanemask_eq" => PtxSpecialRegister.LaneMaskEq,
        "%lanemask_le" => PtxSpecialRegister.LaneMaskLe,
        "%lanemask_lt" => PtxSpecialRegister.LaneMaskLt,
        "%lanemask_ge" => PtxSpecialRegister.LaneMaskGe,
        "%lanemask_gt" => PtxSpecialRegister.LaneMaskGt,
        "%clock" => PtxSpecialRegister.Clock,
        "%clock_hi" => PtxSpecialRegister.ClockHi,
        "%clock64" => PtxSpecialRegister.Clock64,
        "%globaltimer" => PtxSpecialRegister.GlobalTimer,
        "%globaltimer_lo" => PtxSpecialRegister.GlobalTimerLo,
        "%globaltimer_hi" => PtxSpecialRegister.GlobalTimerHi,
        "%dynamic_smem_size" => PtxSpecialRegister.DynamicSmemSize,
        "%total_smem_size" => PtxSpecialRegister.TotalSmemSize,
        _ => null,
    };

    /// <summary>Registers of the language that this emulator does not have.</summary>
    public static bool IsUnsupported(ReadOnlySpan<char> name) => name.StartsWith("%pm", StringComparison.Ordinal) || name.StartsWith("%envreg", StringComparison.Ordinal)
        || name.StartsWith("%cluster_", StringComparison.Ordinal) || name.StartsWith("%reserved_smem", StringComparison.Ordinal)
        || name is "%clusterid" or "%nclusterid" or "%is_explicit_cluster" or "%aggr_smem_size" or "%current_graph_exec";

    public static bool HasComponents(PtxSpecialRegister register) => register <= PtxSpecialRegister.NCtaId;

    /// <summary>It has 64 bits; the others have 32.</summary>
    public static bool IsWide(PtxSpecialRegister register) => register is PtxSpecialRegister.Clock64 or PtxSpecialRegister.GlobalTimer or PtxSpecialRegister.GridId;
}
