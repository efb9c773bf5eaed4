using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>The thread count changes no bit, of logits or of any layer, at every vector width.</summary>
public sealed class ThreadTests
{
    [Theory]
    [InlineData("cpu-128")]
    [InlineData("cpu-256")]
    [InlineData("cpu-512")]
    public void The_thread_count_changes_no_bit(string width)
    {
        ResNetConfig grouped = new()
        {
            Block = ResNetBlock.Bottleneck,
            Depths = [1, 1],
            Widths = [64, 128],
            InnerWidths = [32, 128],
            StemWidth = 16,
            Groups = 8,
            Classes = 7,
        };
        foreach (LayerGraph graph in (LayerGraph[])[ResNet.Build("resnet18", 10), ResNet.Build(grouped)])
        {
            Tensor input = Formula.Input(3, 3, 45, 64);
            Dictionary<string, Tensor> expected = Networks.Run(graph, input, Backends.Create($"{width}-1"));
            foreach (int threads in (int[])[2, 5])
            {
                foreach ((string layer, Tensor values) in Networks.Run(graph, input, Backends.Create($"{width}-{threads}")))
                {
                    Networks.AssertSameBits(expected[layer], values, $"{layer} with {threads} threads");
                }
            }
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    public void A_thread_count_out_of_range_is_refused(int threads) =>
        Assert.Contains($"{threads}", Assert.Throws<CudaNetException>(() => new CpuBackend(new CpuOptions { Threads = threads })).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_thread_count_every_core_is_used() => Assert.Equal(Environment.ProcessorCount, new CpuBackend().Threads);
}
