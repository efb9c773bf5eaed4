namespace CudaNet.Emulator;

/// <summary>One operation that a stream or a graph ran.</summary>
/// <param name="Number">Its place in the order in which they ran, from 1.</param>
/// <param name="Name">The call or the kernel.</param>
/// <param name="Stream">The stream, as messages name it.</param>
/// <param name="Counters">What was counted while it ran: of a kernel its counters; null for others.</param>
public sealed record ExecutedOperation(long Number, string Name, string Stream, KernelCounters? Counters);
