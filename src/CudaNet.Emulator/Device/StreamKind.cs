namespace CudaNet.Emulator.Device;

/// <summary>Where a stream comes from.</summary>
internal enum StreamKind
{
    Created,
    Legacy,
    OfThread,
}
