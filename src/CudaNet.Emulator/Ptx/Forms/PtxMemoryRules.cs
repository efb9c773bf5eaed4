namespace CudaNet.Emulator.Ptx;

/// <summary>Which modifiers of memory instructions fit together. Each rule gives a message where they do not.</summary>
internal static class PtxMemoryRules
{
    public static string? CheckLoad(PtxModifiers modifiers) =>
        modifiers.NonCoherent && modifiers.Space != PtxStateSpace.Global ? "'.nc' needs '.global'"
        : modifiers.Order is PtxMemoryOrder.Release or PtxMemoryOrder.AcquireRelease or PtxMemoryOrder.SequentiallyConsistent ? "a load is weak, volatile, relaxed or acquire"
        : CheckOrder(modifiers) ?? CheckVector(modifiers);

    public static string? CheckStore(PtxModifiers modifiers) =>
        modifiers.Space == PtxStateSpace.Const ? "'.const' memory cannot be written"
        : modifiers.Order is PtxMemoryOrder.Acquire or PtxMemoryOrder.AcquireRelease or PtxMemoryOrder.SequentiallyConsistent ? "a store is weak, volatile, relaxed or release"
        : CheckOrder(modifiers) ?? CheckVector(modifiers);

    public static string? CheckAtomic(PtxModifiers modifiers) =>
        CheckAtomicSpace(modifiers) ?? modifiers.Atomic switch
        {
            PtxAtomicOperation.CompareAndSwap => "'.cas' needs 'atom', a type '.b16', '.b32' or '.b64', and two values",
            PtxAtomicOperation.Exchange => NeedType(modifiers, PtxTypeSet.Of(PtxType.B32, PtxType.B64)),
            PtxAtomicOperation.Inc or PtxAtomicOperation.Dec => NeedType(modifiers, PtxTypeSet.Of(PtxType.U32)),
            PtxAtomicOperation.And or PtxAtomicOperation.Or or PtxAtomicOperation.Xor => NeedType(modifiers, PtxTypeSet.Of(PtxType.B32, PtxType.B64)),
            PtxAtomicOperation.Min or PtxAtomicOperation.Max => NeedType(modifiers, PtxTypeSet.Integers3264),
            _ => NeedType(modifiers, PtxTypeSet.Of(PtxType.U32, PtxType.S32, PtxType.U64) | PtxTypeSet.Floats | PtxTypeSet.Halves | PtxTypeSet.Brains),
        };

    public static string? CheckReduction(PtxModifiers modifiers) =>
        modifiers.Atomic == PtxAtomicOperation.Exchange ? "'.exch' needs 'atom'"
        : modifiers.Order is PtxMemoryOrder.Acquire or PtxMemoryOrder.AcquireRelease ? "a reduction is relaxed or release"
        : CheckAtomic(modifiers);

    public static string? CheckCompareAndSwap(PtxModifiers modifiers) =>
        modifiers.Atomic != PtxAtomicOperation.CompareAndSwap ? CheckAtomic(modifiers) ?? "only '.cas' takes two values" : CheckAtomicSpace(modifiers);

    public static string? CheckPrefetch(PtxModifiers modifiers) =>
        modifiers.Space is PtxStateSpace.Generic or PtxStateSpace.Global or PtxStateSpace.Local ? null : "only '.global' and '.local' memory is cached";

    public static string? CheckMembar(PtxModifiers modifiers) => modifiers.Scope == PtxMemoryScope.Cluster ? "'membar' takes '.cta', '.gl' or '.sys'" : null;

    public static string? CheckFence(PtxModifiers modifiers) =>
        modifiers.Order is PtxMemoryOrder.None or PtxMemoryOrder.SequentiallyConsistent or PtxMemoryOrder.AcquireRelease ? null : "a fence is '.sc' or '.acq_rel'";

    private static string? CheckOrder(PtxModifiers modifiers)
    {
        bool ordered = modifiers.Order is PtxMemoryOrder.Relaxed or PtxMemoryOrder.Acquire or PtxMemoryOrder.Release or PtxMemoryOrder.MemoryMapped;
        return ordered != (modifiers.Scope != PtxMemoryScope.None) ? ordered ? "a relaxed, acquire or release access needs a scope: '.cta', '.gpu' or '.sys'" : "a scope needs '.relaxed', '.acquire' or '.release'"
            : ordered && modifiers.Space is not (PtxStateSpace.Generic or PtxStateSpace.Global or PtxStateSpace.Shared) ? "only generic, global and shared accesses can be ordered"
            : modifiers.Order == PtxMemoryOrder.Volatile && modifiers.Space is PtxStateSpace.Param or PtxStateSpace.Const ? "parameters and constants have no volatile accesses"
            : modifiers.CacheHints.Length > 0 && modifiers.Order == PtxMemoryOrder.Volatile ? "'.volatile' takes no cache hint"
            : null;
    }

    private static string? CheckVector(PtxModifiers modifiers)
    {
        int bytes = modifiers.VectorWidth * modifiers.Type.Bytes();
        return modifiers.Type == PtxType.B128 && modifiers.VectorWidth > 1 ? "'.b128' has no vectors"
            : modifiers.VectorWidth == 8 && modifiers.Type.Bits() != 32 ? "'.v8' needs a 32-bit type"
            : bytes > 32 ? "a vector has at most 32 bytes"
            : bytes == 32 && modifiers.Space is not PtxStateSpace.Global ? "vectors of 32 bytes need '.global'"
            : null;
    }

    private static string? CheckAtomicSpace(PtxModifiers modifiers) =>
        modifiers.Space is not (PtxStateSpace.Generic or PtxStateSpace.Global or PtxStateSpace.Shared) ? "atomics need generic, global or shared memory"
        : modifiers.Order is PtxMemoryOrder.Volatile or PtxMemoryOrder.Weak or PtxMemoryOrder.SequentiallyConsistent or PtxMemoryOrder.MemoryMapped ? "an atomic is relaxed, acquire, release or acq_rel"
        : null;

    private static string? NeedType(PtxModifiers modifiers, PtxTypeSet types) =>
        types.Contains(modifiers.Type) ? null : $"the atomic '.{modifiers.Atomic.ToString().ToLowerInvariant()}' is not for the type '{modifiers.Type.Text()}'";
}
