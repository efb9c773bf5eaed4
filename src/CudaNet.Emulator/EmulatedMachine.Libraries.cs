using CudaNet.Emulator.Cudnn;

namespace CudaNet.Emulator;

public sealed partial class EmulatedMachine
{
    private EmulatedLibraries? _libraries;

    /// <summary>The native libraries that programs load: what stands in their place.</summary>
    public EmulatedLibraries Libraries => _libraries ??= new EmulatedLibraries(Options);

    /// <summary>What cuDNN tells of its calls.</summary>
    internal CudnnLog CudnnLog { get; } = new();
}
