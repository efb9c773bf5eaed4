using CudaNet.Engine;

namespace CudaNet.Cli.SelfTest;

/// <summary>A residual block with pooling and head: call by call against the reference, and as a graph against that in every bit.</summary>
internal static class BlockChecks
{
    private const int Channels = 64;
    private static readonly TensorShape Input = new(1, Channels, 17, 14);

    public static IEnumerable<Check> All() =>
        from precision in Enum.GetValues<BlockPrecision>()
        from check in (Check[])
            [new("residual block", precision.Text(), $"{Input}", d => Eager(d, precision)), new("residual block, graph equals eager", precision.Text(), $"{Input}", d => Replayed(d, precision))]
        select check;

    private static Outcome Eager(TestDevice device, BlockPrecision precision)
    {
        using BlockNetwork network = new(Channels, 10);
        Tensor input = BlockNetwork.Input(Input);
        (Tensor logits, Tensor block) = network.Reference(input);
        using ResidualBlock onDevice = new(device.Context, network, Input, precision);
        (Tensor actualLogits, Tensor actualBlock) = onDevice.Run(input);
        Bound bound = Bound.Library(precision);
        return Outcome.Worst(bound.Judge(block.Values, actualBlock.Values), bound.Judge(logits.Values, actualLogits.Values));
    }

    private static Outcome Replayed(TestDevice device, BlockPrecision precision)
    {
        using BlockNetwork network = new(Channels, 10);
        Tensor input = BlockNetwork.Input(Input);
        using ResidualBlock onDevice = new(device.Context, network, Input, precision);
        (Tensor logits, Tensor block) = onDevice.Run(input);
        onDevice.Capture();
        (Tensor replayedLogits, Tensor replayedBlock) = onDevice.Replay(input);
        return Outcome.Worst(Bound.Exact.Judge(block.Values, replayedBlock.Values), Bound.Exact.Judge(logits.Values, replayedLogits.Values));
    }
}
