namespace CudaNet.Emulator;

public sealed partial class EmulatedMachine
{
    private EmulatedLibraries? _libraries;

    /// <summary>The native libraries that programs load: what stands in their place.</summary>
    public EmulatedLibraries Libraries => _libraries ??= new EmulatedLibraries(Options);
}
