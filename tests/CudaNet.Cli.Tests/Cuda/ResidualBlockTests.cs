using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Cuda;

/// <summary>A residual block by cuDNN and the hand-written kernels on the emulated device: its numbers, and its bits when it is captured.</summary>
public sealed class ResidualBlockTests
{
    public static TheoryData<string, int, int, int> Cases()
    {
        TheoryData<string, int, int, int> cases = [];
        foreach (string precision in Enum.GetNames<BlockPrecision>())
        {
            foreach (int cudnn in (int[])[EmulatedDevices.Cudnn8, EmulatedDevices.Cudnn9])
            {
                cases.Add(precision, cudnn, 64, 1);
                cases.Add(precision, cudnn, 24, 2);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_block_agrees_with_the_reference_and_a_captured_graph_with_it_in_every_bit(string precision, int cudnn, int channels, int batch)
    {
        BlockPrecision asked = Enum.Parse<BlockPrecision>(precision);
        using BlockNetwork network = new(channels, 10);
        Tensor input = BlockNetwork.Input(new TensorShape(batch, channels, 17, 14));
        (Tensor logits, Tensor block) = network.Reference(input);
        using EmulatedMachine machine = new(new EmulatorOptions { CudnnVersion = cudnn, Seed = channels + batch });
        using (CudaContext context = EmulatedDevices.Open(machine))
        using (ResidualBlock device = new(context, network, input.Shape, asked))
        {
            (Tensor eagerLogits, Tensor eagerBlock) = device.Run(input);
            TensorComparison comparison = TensorComparison.Compare(eagerBlock, block, asked.Tolerance());
            Assert.True(comparison.Passed, $"block: {comparison}");
            comparison = TensorComparison.Compare(eagerLogits, logits, asked.Tolerance());
            Assert.True(comparison.Passed, $"logits: {comparison}");

            device.Capture();
            for (int launch = 0; launch < 3; launch++)
            {
                (Tensor replayed, Tensor replayedBlock) = device.Replay(input);
                Bits.AssertSame(eagerLogits.Values, replayed.Values, $"logits of launch {launch}");
                Bits.AssertSame(eagerBlock.Values, replayedBlock.Values, $"block of launch {launch}");
            }
        }

        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }
}
