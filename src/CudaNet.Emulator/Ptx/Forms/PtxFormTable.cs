using System.Collections.Frozen;

namespace CudaNet.Emulator.Ptx;

/// <summary>All instructions by name.</summary>
internal static class PtxFormTable
{
    private static readonly FrozenDictionary<string, PtxForm[]> Forms = Enumerable.Empty<PtxForm>()
        .Concat(PtxIntegerForms.All()).Concat(PtxFloatForms.All()).Concat(PtxHalfForms.All()).Concat(PtxConvertForms.All())
        .Concat(PtxCompareForms.All()).Concat(PtxMemoryForms.All()).Concat(PtxControlForms.All())
        .GroupBy(form => form.Name).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>Instructions of the language that this emulator does not execute.</summary>
    private static readonly FrozenSet<string> Unsupported = FrozenSet.Create(
        "alloca", "applypriority", "clusterlaunchcontrol", "cp", "createpolicy", "getctarank", "griddepcontrol", "istypep", "ldmatrix", "mapa", "mbarrier", "mma",
        "movmatrix", "multimem", "pmevent", "setmaxnreg", "stackrestore", "stacksave", "stmatrix", "suld", "suq", "sured", "sust", "tcgen05", "tensormap", "tex",
        "tld4", "txq", "vabsdiff", "vabsdiff2", "vabsdiff4", "vadd", "vadd2", "vadd4", "vavrg2", "vavrg4", "vmad", "vmax", "vmax2", "vmax4", "vmin", "vmin2", "vmin4",
        "vset", "vset2", "vset4", "vshl", "vshr", "vsub", "vsub2", "vsub4", "wgmma", "wmma");

    public static IEnumerable<string> Names => Forms.Keys;

    /// <summary>The forms of an instruction; empty where there is none of that name.</summary>
    public static ReadOnlySpan<PtxForm> Find(string name) => Forms.GetValueOrDefault(name);

    public static bool IsUnsupported(string name) => Unsupported.Contains(name);

    /// <summary>What modifiers need, whatever instruction they are of.</summary>
    public static PtxSince SinceOf(PtxModifiers modifiers) =>
        modifiers.VectorWidth * modifiers.Type.Bytes() > 16 ? new(100, 8, 8)
        : modifiers.Scope == PtxMemoryScope.Cluster ? PtxSince.Sm90
        : modifiers.Type == PtxType.B128 ? new(70, 8, 3)
        : modifiers.CacheHints.Contains(".L2::", StringComparison.Ordinal) ? new(75, 7, 4)
        : modifiers.CacheHints.Contains(".L1::", StringComparison.Ordinal) ? new(70, 7, 4)
        : default;
}
