namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>How kernels are executed.</summary>
internal sealed record InterpreterOptions
{
    public static InterpreterOptions Default { get; } = new();

    /// <summary>Warp-instructions of one launch after which it counts as hanging.</summary>
    public long InstructionBudget { get; init; } = 4_000_000_000;

    /// <summary>Report accesses of different threads to the same bytes that nothing orders.</summary>
    public bool CheckRaces { get; init; } = true;

    /// <summary>Takes races, and lets the launch go on; null: a race ends it.</summary>
    public Action<Finding>? ReportRace { get; init; }

    /// <summary>Blocks of a plain launch run by their index, not in random order.</summary>
    public bool BlocksInOrder { get; init; }

    /// <summary>Report reads of registers and shared memory that nothing wrote.</summary>
    public bool CheckInitialisation { get; init; } = true;

    /// <summary>Bytes of local memory a thread may use: variables and the frames of calls.</summary>
    public int LocalBytesLimit { get; init; } = 512 * 1024;

    /// <summary>The depth of calls that counts as a runaway recursion.</summary>
    public int CallDepthLimit { get; init; } = 1024;
}
