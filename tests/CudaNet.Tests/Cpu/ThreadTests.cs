using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Neither the thread count nor the vector width changes a bit, of logits or of any layer.</summary>
public sealed class ThreadTests
{
    [Theory]
    [InlineData("cpu-128-1")]
    [InlineData("cpu-128-2")]
    [InlineData("cpu-256-3")]
    [InlineData("cpu-512-1")]
    [InlineData("cpu-512-5")]
    public void Neither_threads_nor_width_change_a_bit(string backend)
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
            Dictionary<string, Tensor> expected = Networks.Run(graph, input, Backends.Create("cpu-256-1"));
            foreach ((string layer, Tensor values) in Networks.Run(graph, input, Backends.Create(backend)))
            {
                Bits.AssertSame(expected[layer].Values, values.Values, $"{layer} on {backend}");
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
