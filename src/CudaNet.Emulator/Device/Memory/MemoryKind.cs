namespace CudaNet.Emulator.Device;

/// <summary>What a range of addresses is.</summary>
internal enum MemoryKind
{
    /// <summary>Memory of the device; its addresses are no host addresses.</summary>
    Device,

    /// <summary>Page-locked host memory; the device reaches it at its host address.</summary>
    Pinned,

    /// <summary>Host memory that the program registered.</summary>
    Registered,

    /// <summary>A variable of a module.</summary>
    ModuleVariable,
}
