namespace CudaNet.Emulator.Exports;

/// <summary>Which ends of a copy a call takes for memory of a device.</summary>
[Flags]
internal enum CopyEnds
{
    None = 0,
    Source = 1,
    Destination = 2,
    Both = Source | Destination,
}
