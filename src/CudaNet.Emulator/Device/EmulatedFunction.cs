namespace CudaNet.Emulator.Device;

/// <summary>A kernel of a loaded module, with the settings that launches of it obey. Used under the machine's gate.</summary>
internal sealed class EmulatedFunction(EmulatedModule module, string name, object code)
{
    public EmulatedModule Module { get; } = module;

    public string Name { get; } = name;

    /// <summary>The decoded kernel.</summary>
    public object Code { get; } = code;

    public nint Handle { get; set; }

    /// <summary>The most dynamic shared memory a launch may ask for, in bytes; null until it is set.</summary>
    public int? MaxDynamicSharedBytes { get; set; }

    /// <summary>How much of the first-level cache to take as shared memory, in percent; −1: as the driver likes.</summary>
    public int PreferredCarveout { get; set; } = -1;
}
