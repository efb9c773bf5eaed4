namespace CudaNet.Emulator;

/// <summary>What a <see cref="FaultInjection"/> counts, and makes fail.</summary>
public enum FaultTarget
{
    /// <summary>Native calls, all or those of one name.</summary>
    Call,

    /// <summary>Calls that allocate memory of the device or pinned memory.</summary>
    Allocation,

    /// <summary>Operations that streams and graphs run.</summary>
    Operation,

    /// <summary>The device itself, at a native call.</summary>
    Device,
}
