namespace CudaNet.Emulator;

/// <summary>What freeing or unregistering memory, and unloading a module, do while queued work uses it.</summary>
public enum FreesInUse
{
    /// <summary>The call answers 1 and frees nothing, and that is a finding.</summary>
    Refuse = 0,

    /// <summary>The call runs what is queued and then frees, as drivers do; that anything used it is a finding.</summary>
    WaitAndFind = 1,

    /// <summary>The call runs what is queued and then frees, as drivers do.</summary>
    Wait = 2,
}
