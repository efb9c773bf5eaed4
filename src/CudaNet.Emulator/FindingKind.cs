namespace CudaNet.Emulator;

/// <summary>Kinds of mistakes that an emulated device recognises.</summary>
public enum FindingKind
{
    /// <summary>An access outside every allocation, or across the end of one.</summary>
    OutOfBounds,

    /// <summary>An access to memory that was freed.</summary>
    UseAfterFree,

    /// <summary>An address that is no multiple of the size of what is read or written there.</summary>
    Misaligned,

    /// <summary>A read of shared memory or of a register that nothing wrote.</summary>
    Uninitialised,

    /// <summary>Two threads touch the same bytes without a barrier between, one of them writing.</summary>
    Race,

    /// <summary>A barrier, shuffle or vote that some of its threads do not reach.</summary>
    Divergence,

    /// <summary>A launch whose dimensions, parameters or shared memory do not fit the kernel.</summary>
    Launch,

    /// <summary>Memory freed or host memory released while queued work still uses it.</summary>
    FreedInUse,

    /// <summary>A graph that refers to memory, modules or functions that are gone.</summary>
    StaleGraph,

    /// <summary>A call that a capture forbids, or work that silently escapes a capture.</summary>
    Capture,

    /// <summary>A CUDA call inside a host function that a stream runs.</summary>
    Callback,

    /// <summary>A handle of another context, device or thread, or one that was destroyed.</summary>
    Handle,

    /// <summary>A workspace that is too small, misaligned, or shared by streams that run at the same time.</summary>
    Workspace,

    /// <summary>An argument that the real library accepts or crashes on, and that cannot be meant.</summary>
    Argument,

    /// <summary>A trap or a failed assertion of a kernel.</summary>
    Trap,

    /// <summary>A kernel or a queue that makes no progress.</summary>
    Hang,

    /// <summary>A mistake of the emulator itself; the call answered that the cause is unknown.</summary>
    Emulator,

    /// <summary>A call of a function that the emulator has by name only; it answered that it is not supported.</summary>
    Unsupported,

    /// <summary>A new context after a fault that only a new process is sure to leave behind. It works all the same.</summary>
    Recovery,
}
