using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>What the options change: how a pass is computed, never whether it is right.</summary>
public sealed class OptionTests
{
    private static readonly Tensor Input = Formula.Input(5, 3, 40, 33);

    public static TheoryData<ArithmeticPrecision> Precisions => [.. Enum.GetValues<ArithmeticPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_classifier_by_cuBLAS(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaOptions options = new() { Precision = precision, Libraries = machine.Libraries.Load() };
        (Tensor kernels, IReadOnlyList<StepChoice> ours) = Predict(model, options);
        (Tensor cublas, IReadOnlyList<StepChoice> theirs) = Predict(model, options with { Linear = CudaLinear.Cublas });
        TensorComparison comparison = TensorComparison.Compare(cublas, kernels, new CudaBackend(options).Tolerance);
        Assert.True(comparison.Passed, $"{comparison}");
        Assert.Equal("linear kernel", ours[^1].Algorithm);
        Assert.Equal("cuBLAS GemmEx", theirs[^1].Algorithm);
        Assert.Empty(machine.Findings);
    }

    /// <summary>A batch is cut where the whole would need more workspace than it may, and its algorithm, and with it its bits, stay; the rest has fewer images.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_workspace_that_grows_with_the_batch_cuts_it(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaLibraries greedy = CudaLibraries.From(machine.Libraries.Driver, cudnn: new GreedyCudnn(machine.Libraries.Cudnn));
        CudaOptions options = new() { Precision = precision, Libraries = greedy };
        (Tensor whole, IReadOnlyList<StepChoice> free) = Predict(model, options);
        Assert.DoesNotContain(free, c => c.Algorithm.EndsWith("a call", StringComparison.Ordinal));
        long limit = free.Max(c => c.WorkspaceBytes) - (2 * GreedyCudnn.BytesPerImage);
        (Tensor cut, IReadOnlyList<StepChoice> choices) = Predict(model, options with { WorkspaceLimitBytes = limit });
        Assert.Contains(choices, c => c.Algorithm == "cuDNN IMPLICIT_PRECOMP_GEMM, 3 images a call");
        Assert.All(choices, c => Assert.True(c.WorkspaceBytes <= limit));
        Bits.AssertSame(whole.Values, cut.Values, "logits");
        Assert.Empty(machine.Findings);
    }

    /// <summary>Without any workspace the plain algorithm runs.</summary>
    [Theory]
    [MemberData(nameof(Precisions))]
    public void No_workspace_at_all(ArithmeticPrecision precision)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaOptions options = new() { Precision = precision, Libraries = machine.Libraries.Load() };
        (Tensor whole, IReadOnlyList<StepChoice> free) = Predict(model, options);
        (Tensor none, IReadOnlyList<StepChoice> plain) = Predict(model, options with { WorkspaceLimitBytes = 0 });
        Assert.All(plain, c => Assert.Equal(0, c.WorkspaceBytes));
        Assert.True(TensorComparison.Compare(none, whole, new CudaBackend(options).Tolerance).Passed);
        Assert.Contains(plain, c => c.Algorithm == "cuDNN IMPLICIT_GEMM");
        Assert.Contains(free, c => c.Algorithm == "cuDNN IMPLICIT_PRECOMP_GEMM");
    }

    /// <summary>Which arithmetic runs is what was asked for; never Winograd's.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32, "FMA_MATH")]
    [InlineData(ArithmeticPrecision.TensorFloat32, "TENSOR_OP_MATH")]
    [InlineData(ArithmeticPrecision.Float16, "TENSOR_OP_MATH")]
    [InlineData(ArithmeticPrecision.BFloat16, "TENSOR_OP_MATH")]
    public void Arithmetic_by_its_name(ArithmeticPrecision precision, string arithmetic)
    {
        using Model model = TestModels.Tiny();
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision });
        ExecutionPlan plan = Planner.Plan(model.Graph, Input.Shape, [], backend.Layout);
        PlanCost cost = backend.Measure(plan);
        Assert.All(cost.Choices.Where(c => c.Algorithm.StartsWith("cuDNN", StringComparison.Ordinal)), c => Assert.Equal((arithmetic, "nhwc"), (c.Arithmetic, c.Layout)));
        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(plan, place);
        Assert.Equal(cost.Choices, executable.Choices);
        Assert.Equal((cost.WeightBytes, cost.BufferBytes), (prepared.Bytes, executable.Bytes));
    }

    /// <summary>What no array and no kernel can count is refused in one sentence when a plan is measured or loaded, not in a run.</summary>
    [Theory]
    [InlineData(700, "conv1", "batch of 700×3×224×224")]
    [InlineData(2700, null, "layer 'conv1'")]
    [InlineData(66_000, null, "input")]
    public void What_cannot_be_counted_is_refused_before_it_runs(int batch, string? observed, string named)
    {
        using EmulatedMachine machine = new();
        LayerGraph graph = ResNet.Build(ResNet.Configure("resnet18", 10));
        CudaBackend backend = new(new CudaOptions { Libraries = machine.Libraries.Load() });
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(batch, 3, 224, 224), observed is null ? [] : [graph.Find(observed)], backend.Layout);
        CudaNetException refused = Assert.Throws<CudaNetException>(() => backend.Measure(plan));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Hint);
        machine.AssertClean();
    }

    private static (Tensor Logits, IReadOnlyList<StepChoice> Choices) Predict(Model model, CudaOptions options)
    {
        CudaBackend backend = new(options);
        using Session session = new(model, backend);
        return (session.Predict(Input), backend.Measure(Planner.Plan(model.Graph, Input.Shape, [], backend.Layout)).Choices);
    }
}
