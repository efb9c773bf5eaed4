namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What the counters of a launch tell apart. A generic access counts where it lands.</summary>
internal enum InstructionKind : byte
{
    Integer,
    Float,
    Conversion,
    Global,
    Shared,
    Local,
    Constant,
    Control,
    Synchronisation,
    Special,
    Atomic,

    /// <summary>Made by the decoder, not written in the text: it counts nowhere.</summary>
    Auxiliary,
}
