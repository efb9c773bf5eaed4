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
    public void Neither_threads_nor_width_change_a_bit(string backend) => AssertSameBits(backend, Backends.Create(backend));

    /// <summary>Work is cut otherwise for a caller that has no helpers than for one that has; so it is, in turns, where other callers come and go.</summary>
    [Theory]
    [InlineData("cpu-128-2", false)]
    [InlineData("cpu-256-5", false)]
    [InlineData("cpu-256-5", true)]
    [InlineData("cpu-512-3", true)]
    public void Nor_do_other_callers_of_the_pool(string backend, bool comeAndGo)
    {
        using CrowdedBackend crowded = new((CpuBackend)Backends.Create(backend)) { ComeAndGo = comeAndGo };
        AssertSameBits(backend, crowded);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_000)]
    public void A_thread_count_out_of_range_is_refused(int threads) =>
        Assert.Contains($"{threads}", Assert.Throws<CudaNetException>(() => new CpuBackend(new CpuOptions { Threads = threads })).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_thread_count_every_core_is_used() => Assert.Equal(Environment.ProcessorCount, new CpuBackend().Threads);

    private static void AssertSameBits(string name, IBackend backend)
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
            foreach ((string layer, Tensor values) in Networks.Run(graph, input, backend))
            {
                Bits.AssertSame(expected[layer].Values, values.Values, $"{layer} on {name}");
            }
        }
    }

    /// <summary>A backend whose pools have as many other callers as threads: always, or now and then. They only count, and compute nothing.</summary>
    private sealed class CrowdedBackend(CpuBackend backend) : IBackend, IDisposable
    {
        private volatile bool _isOver;

        public bool ComeAndGo { get; init; }

        public string Name => backend.Name;

        public Tolerance Tolerance => backend.Tolerance;

        public StorageLayout Layout => backend.Layout;

        public PreparedModel Prepare(LayerGraph graph, ParameterSet parameters)
        {
            CpuModel model = (CpuModel)backend.Prepare(graph, parameters);
            for (int caller = 0; caller < backend.Threads; caller++)
            {
                model.Pool.BeginComputing();
            }

            if (ComeAndGo)
            {
                new Thread(() => GoAndCome(model.Pool)) { IsBackground = true }.Start();
            }

            return model;
        }

        public PlanCost Measure(ExecutionPlan plan) => backend.Measure(plan);

        public void Dispose() => _isOver = true;

        private void GoAndCome(WorkerPool pool)
        {
            for (int turn = 0; !_isOver; turn++)
            {
                for (int caller = 0; caller < backend.Threads; caller++)
                {
                    pool.EndComputing();
                }

                Thread.SpinWait(turn % 997 * 10);
                for (int caller = 0; caller < backend.Threads; caller++)
                {
                    pool.BeginComputing();
                }

                Thread.SpinWait(turn % 1009 * 10);
            }
        }
    }
}
