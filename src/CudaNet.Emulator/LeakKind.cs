namespace CudaNet.Emulator;

/// <summary>Kinds of objects that a program must give back.</summary>
public enum LeakKind
{
    /// <summary>Memory of the device.</summary>
    DeviceMemory,

    /// <summary>Pinned host memory.</summary>
    PinnedMemory,

    /// <summary>Host memory that is still registered.</summary>
    RegisteredMemory,

    /// <summary>A pool of memory.</summary>
    MemoryPool,

    /// <summary>A stream.</summary>
    Stream,

    /// <summary>An event.</summary>
    Event,

    /// <summary>A module.</summary>
    Module,

    /// <summary>A graph.</summary>
    Graph,

    /// <summary>An executable graph.</summary>
    GraphExec,

    /// <summary>A context that was made or retained; one entry for each time.</summary>
    Context,

    /// <summary>A handle of cuBLAS, cublasLt or cuDNN.</summary>
    LibraryHandle,

    /// <summary>A descriptor of cuDNN or cublasLt.</summary>
    Descriptor,

    /// <summary>A link in progress of the driver's compiler.</summary>
    Link,
}
