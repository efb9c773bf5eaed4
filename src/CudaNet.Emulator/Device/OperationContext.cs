namespace CudaNet.Emulator.Device;

/// <summary>What work finds when it runs.</summary>
/// <param name="Memory">The device's memory.</param>
/// <param name="Random">Decides whatever the rules leave open, such as the order of warps; a program of one thread replays from its seed.</param>
/// <param name="Stream">The stream it runs in, as messages name it.</param>
internal sealed record OperationContext(IDeviceMemory Memory, Random Random, string Stream)
{
    /// <summary>The machine; null where work runs without one, as in tests of the interpreter.</summary>
    public EmulatedMachine? Machine { get; init; }

    /// <summary>What the work counted while it ran, for <see cref="EmulatedMachine.Operations"/>.</summary>
    public KernelCounters? Counters { get; set; }
}
