namespace CudaNet.Emulator.Device;

/// <summary>Something that work refers to and that the program can take away: a module, a workspace.</summary>
internal interface IReleasable
{
    /// <summary>How messages call it.</summary>
    string Name { get; }

    bool IsReleased { get; }
}
