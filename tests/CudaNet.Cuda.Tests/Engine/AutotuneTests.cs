using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Choices by time: each candidate runs, results are right, and a file spares the next process the trials.</summary>
public sealed class AutotuneTests
{
    private const int WarmUps = 2, Repetitions = 7, Batch = 3;

    public static TheoryData<ArithmeticPrecision> Precisions => [.. Enum.GetValues<ArithmeticPrecision>()];

    /// <summary>Two algorithms, both layouts where values have 32 bits, both arithmetics where the ranking lists them.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void Each_candidate_is_measured_and_results_are_right(ArithmeticPrecision precision)
    {
        int candidates = precision switch
        {
            ArithmeticPrecision.Float32 => 4,
            ArithmeticPrecision.TensorFloat32 => 8,
            _ => 4,
        };
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision, Autotune = true });
        backend.Measure(Plan(backend, 1));
        long runs = machine.Calls.Count("cudnnConvolutionForward");
        Assert.Equal(runs, machine.Calls.Count("cuEventElapsedTime"));
        Assert.True(runs >= BatchNetwork.DistinctConvolutions * candidates / 2 * (WarmUps + Repetitions), $"{runs} runs");
        Assert.Equal(0, runs % (WarmUps + Repetitions));
        using (Model model = Networks.Create(BatchNetwork.Graph))
        {
            Networks.AssertLikeReference(model, BatchNetwork.Input(Batch), backend);
        }

        machine.AssertClean();
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_choice_is_kept_and_read_back(ArithmeticPrecision precision)
    {
        using TemporaryFolder folder = new();
        CudaOptions options = new() { Precision = precision, Autotune = true, CacheFile = folder.File("cache.json") };
        IReadOnlyList<StepChoice> chosen;
        using (EmulatedMachine machine = new())
        {
            CudaBackend backend = machine.Backend(options);
            chosen = backend.Measure(Plan(backend, Batch)).Choices;
        }

        using EmulatedMachine next = new();
        CudaBackend second = next.Backend(options);
        Assert.Equal(chosen, second.Measure(Plan(second, Batch)).Choices);
        Assert.Equal((0, 0), (next.Calls.Count("cudnnConvolutionForward"), next.Calls.Count("cuEventElapsedTime")));
        Assert.Empty(second.Notes);
    }

    /// <summary>The file decides among what would be tried, and nothing else.</summary>
    [Theory]
    [InlineData("nchw IMPLICIT_GEMM FMA_MATH", true)]
    [InlineData("nhwc IMPLICIT_GEMM FMA_MATH", true)]
    [InlineData("nhwc IMPLICIT_PRECOMP_GEMM TENSOR_OP_MATH", false)]
    [InlineData("nhwc WINOGRAD FMA_MATH", false)]
    [InlineData("", false)]
    public void A_kept_choice_is_taken_where_it_is_a_candidate(string kept, bool isTaken)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("cache.json");
        CudaOptions options = new() { Autotune = true, CacheFile = path };
        using (EmulatedMachine machine = new())
        {
            CudaBackend backend = machine.Backend(options);
            backend.Measure(Plan(backend, 1));
        }

        List<CacheSection> sections = CacheFile.Read(path, out _);
        sections[0].Choices.Keys.ToList().ForEach(k => sections[0].Choices[k] = kept);
        Assert.Null(CacheFile.Write(path, sections));
        using EmulatedMachine next = new();
        CudaBackend second = next.Backend(options);
        StepChoice[] choices = [.. second.Measure(Plan(second, 1)).Choices.Where(c => c.Algorithm.StartsWith("cuDNN", StringComparison.Ordinal))];
        Assert.Equal(isTaken, choices.All(c => $"{c.Layout} {c.Algorithm["cuDNN ".Length..]} {c.Arithmetic}" == kept));
        Assert.Equal(isTaken, next.Calls.Count("cudnnConvolutionForward") == 0);
        using Model model = Networks.Create(BatchNetwork.Graph);
        Networks.AssertLikeReference(model, BatchNetwork.Input(Batch), second);
        next.AssertClean();
    }

    /// <summary>Without it nothing is measured, and the first that runs is taken.</summary>
    [Fact]
    public void Without_it_nothing_is_measured()
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();
        backend.Measure(Plan(backend, 1));
        Assert.Equal((0, BatchNetwork.DistinctConvolutions), (machine.Calls.Count("cuEventElapsedTime"), machine.Calls.Count("cudnnConvolutionForward")));
    }

    private static ExecutionPlan Plan(CudaBackend backend, int batch) => Planner.Plan(BatchNetwork.Graph, BatchNetwork.Shape(batch), [], backend.Layout);
}
