namespace CudaNet.Emulator.Device;

/// <summary>What work finds when it runs.</summary>
/// <param name="Memory">The device's memory.</param>
/// <param name="Random">Decides whatever the rules leave open, such as the order of warps; a program of one thread replays from its seed.</param>
/// <param name="Stream">The stream it runs in, as messages name it.</param>
internal sealed record OperationContext(IDeviceMemory Memory, Random Random, string Stream);
