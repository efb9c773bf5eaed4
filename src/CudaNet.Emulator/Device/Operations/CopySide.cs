namespace CudaNet.Emulator.Device;

/// <summary>One end of a copy.</summary>
/// <param name="Address">Where the first row begins; meaningless for a snapshot.</param>
/// <param name="Pitch">Bytes from row to row.</param>
/// <param name="Place">What memory it is.</param>
/// <param name="Snapshot">The bytes as they were at the call, where the call read them itself.</param>
internal readonly record struct CopySide(ulong Address, ulong Pitch, CopyPlace Place, byte[]? Snapshot = null);
