namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A place where the ways of a divergent branch meet again, and the lanes that are still to come.</summary>
internal sealed class Join
{
    public int Pc { get; set; }

    /// <summary>The call in which it lies: the same place in a deeper call is another one.</summary>
    public CallFrame? Frame { get; set; }

    public uint Expected { get; set; }

    public uint Arrived { get; set; }

    /// <summary>Where its lanes are to meet others after it.</summary>
    public Join? Parent { get; set; }
}

/// <summary>Lanes of a warp that run together.</summary>
internal readonly record struct Path(int Pc, uint Lanes, Join? Join, CallFrame? Frame);

/// <summary>A call that has not returned.</summary>
internal sealed class CallFrame
{
    public required int ReturnPc { get; init; }

    public required CallFrame? Parent { get; init; }

    public required int Depth { get; init; }

    /// <summary>The call's instruction.</summary>
    public required int CallPc { get; init; }

    /// <summary>The callee's registers as they were, where a call of it was already going on.</summary>
    public required byte[]? SavedSlots { get; init; }

    public required uint[]? SavedWritten { get; init; }
}
