namespace CudaNet.Emulator;

/// <summary>What one launch of a kernel did, counted exactly. Two launches can be added.</summary>
/// <remarks>
/// A warp-instruction is one instruction executed once by a warp, whatever the number of its threads that take part; a thread-instruction is the share of
/// one thread in it. Instructions whose predicate is false for a thread count for the warp and not for that thread.
/// </remarks>
public sealed record KernelCounters
{
    /// <summary>Integer arithmetic, logic, moves and comparisons.</summary>
    public InstructionCounts IntegerArithmetic { get; init; }

    /// <summary>Floating-point arithmetic and comparisons.</summary>
    public InstructionCounts FloatArithmetic { get; init; }

    /// <summary>Conversions between types.</summary>
    public InstructionCounts Conversion { get; init; }

    /// <summary>Loads and stores of device memory, generic ones that land there included.</summary>
    public InstructionCounts Global { get; init; }

    /// <summary>Loads and stores of shared memory, generic ones that land there included.</summary>
    public InstructionCounts Shared { get; init; }

    /// <summary>Loads and stores of a thread's local memory, stack and call parameters.</summary>
    public InstructionCounts Local { get; init; }

    /// <summary>Loads of kernel parameters and constants.</summary>
    public InstructionCounts Constant { get; init; }

    /// <summary>Branches, calls, returns and exits.</summary>
    public InstructionCounts Control { get; init; }

    /// <summary>Barriers, fences, shuffles, votes and the like.</summary>
    public InstructionCounts Synchronisation { get; init; }

    /// <summary>Functions of the special unit: reciprocal, square root, exponential, logarithm, sine, cosine, tangent.</summary>
    public InstructionCounts Special { get; init; }

    /// <summary>Atomic operations and reductions, on any memory.</summary>
    public InstructionCounts Atomics { get; init; }

    /// <summary>Sectors of 32 bytes of device memory touched by each warp-instruction, summed.</summary>
    public long GlobalSectors { get; init; }

    /// <summary>The fewest sectors that could hold the distinct bytes that each warp-instruction asked for, summed.</summary>
    public long IdealGlobalSectors { get; init; }

    /// <summary>Bytes of device memory that threads loaded, each thread's counted.</summary>
    public long GlobalBytesLoaded { get; init; }

    /// <summary>Bytes of device memory that threads stored, each thread's counted.</summary>
    public long GlobalBytesStored { get; init; }

    /// <summary>Distinct bytes of device memory that the launch loaded.</summary>
    public long CompulsoryBytesLoaded { get; init; }

    /// <summary>Distinct bytes of device memory that the launch stored.</summary>
    public long CompulsoryBytesStored { get; init; }

    /// <summary>
    /// Passes of shared memory's 32 banks of 4 bytes: accesses of 8 bytes a thread take their warp in halves, of 16 in quarters, and each part as many
    /// passes as its worst bank has different words.
    /// </summary>
    public long SharedPasses { get; init; }

    /// <summary>The passes without any bank conflict: one for each part of a warp that takes part.</summary>
    public long IdealSharedPasses { get; init; }

    /// <summary>All instructions.</summary>
    public InstructionCounts Instructions =>
        IntegerArithmetic + FloatArithmetic + Conversion + Global + Shared + Local + Constant + Control + Synchronisation + Special + Atomics;

    /// <summary>The sums of both.</summary>
    public static KernelCounters operator +(KernelCounters left, KernelCounters right) => new()
    {
        IntegerArithmetic = left.IntegerArithmetic + right.IntegerArithmetic,
        FloatArithmetic = left.FloatArithmetic + right.FloatArithmetic,
        Conversion = left.Conversion + right.Conversion,
        Global = left.Global + right.Global,
        Shared = left.Shared + right.Shared,
        Local = left.Local + right.Local,
        Constant = left.Constant + right.Constant,
        Control = left.Control + right.Control,
        Synchronisation = left.Synchronisation + right.Synchronisation,
        Special = left.Special + right.Special,
        Atomics = left.Atomics + right.Atomics,
        GlobalSectors = left.GlobalSectors + right.GlobalSectors,
        IdealGlobalSectors = left.IdealGlobalSectors + right.IdealGlobalSectors,
        GlobalBytesLoaded = left.GlobalBytesLoaded + right.GlobalBytesLoaded,
        GlobalBytesStored = left.GlobalBytesStored + right.GlobalBytesStored,
        CompulsoryBytesLoaded = left.CompulsoryBytesLoaded + right.CompulsoryBytesLoaded,
        CompulsoryBytesStored = left.CompulsoryBytesStored + right.CompulsoryBytesStored,
        SharedPasses = left.SharedPasses + right.SharedPasses,
        IdealSharedPasses = left.IdealSharedPasses + right.IdealSharedPasses,
    };

    /// <summary>The sums of both.</summary>
    public static KernelCounters Add(KernelCounters left, KernelCounters right) => left + right;
}
