namespace CudaNet.Emulator.Modules;

/// <summary>A kernel of a library.</summary>
internal sealed class EmulatedKernel(EmulatedLibrary library, string name)
{
    public EmulatedLibrary Library { get; } = library;

    public string Name { get; } = name;

    public nint Handle { get; set; }
}
