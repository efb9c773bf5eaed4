using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What loading and running refuse, with one message each, on every backend variant and the null backend.</summary>
public sealed class BackendContractTests
{
    private static readonly TensorShape Shape = new(1, 3, 2, 2);

    public static TheoryData<string> AllBackends => Backends.AllAndNull;

    public static TheoryData<string> RealBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Only_plans_of_its_graph_in_its_layout_for_its_places_are_loaded(string backend)
    {
        using PreparedModel model = Prepare(backend), other = Prepare(backend);
        using Place place = model.CreatePlace(0), strange = other.CreatePlace(0);
        ExecutionPlan plan = Plan(model);
        using Model tiny = TestModels.Tiny();
        ExecutionPlan foreign = Planner.Plan(tiny.Graph, new TensorShape(1, 3, 32, 32), [], model.Backend.Layout);
        ExecutionPlan sparse = Planner.Plan(model.Graph, Shape, [], new StorageLayout("sparse", 3, 5));
        AssertRefused("a plan of another graph", () => model.Load(foreign, place));
        AssertRefused("a plan for storage sparse", () => model.Load(sparse, place));
        AssertRefused("a place of another prepared model", () => model.Load(plan, strange));
        AssertRefused(nameof(ForeignBinding), () => model.Load(plan, place, typeof(ForeignBinding)));
        AssertRefused("String", () => model.Load(plan, place, typeof(string)));
        model.Load(plan, place).Dispose();
    }

    /// <summary>What is told without weights is what loading then takes, to the byte.</summary>
    [Theory]
    [MemberData(nameof(RealBackends))]
    public void Measuring_tells_what_loading_takes(string name)
    {
        using Model model = TestModels.Tiny();
        IBackend backend = Backends.Create(name);
        ExecutionPlan plan = Planner.Plan(model.Graph, new TensorShape(2, 3, 40, 52), [model.Graph.Input, model.Graph.Find("layer1"), model.Graph.Find("fc")], backend.Layout);
        PlanCost cost = backend.Measure(plan);
        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(plan, place);
        Assert.Equal((prepared.Bytes, executable.Bytes), (cost.WeightBytes, cost.BufferBytes));
        Assert.Equal(executable.Choices, cost.Choices);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Lengths_that_do_not_fit_are_refused_and_harm_nothing(string backend)
    {
        using PreparedModel model = Prepare(backend);
        using Place place = model.CreatePlace(0);
        using Executable executable = model.Load(Plan(model), place);
        float[] expected = Run(executable);
        Assert.Contains("12 values, not 13", Assert.Throws<ShapeException>(() => executable.Start(new float[13])).Message, StringComparison.Ordinal);
        Assert.Contains("12 values, not 0", Assert.Throws<ShapeException>(() => executable.Start([])).Message, StringComparison.Ordinal);
        executable.Start(Input());
        Assert.Contains("17 values", Assert.Throws<ShapeException>(() => executable.Finish(new float[17])).Message, StringComparison.Ordinal);
        float[] output = new float[16];
        executable.Finish(output);
        Bits.AssertSame(expected, output, "after refusals");
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Calls_out_of_order_are_refused_and_harm_nothing(string backend)
    {
        using PreparedModel model = Prepare(backend);
        using Place place = model.CreatePlace(0);
        using Executable executable = model.Load(Plan(model, "input", "d"), place);
        float[] expected = Run(executable), output = new float[16];
        AssertInvalid("no run is in flight", () => executable.Advance(out _));
        AssertInvalid("no run is in flight", () => executable.Finish(output));
        AssertInvalid("no run is in flight", executable.Finish);
        AssertInvalid("host memory", () => executable.Start(new ForeignBinding()));
        executable.Abandon();
        executable.Start(Input());
        AssertInvalid("a run is in flight", () => executable.Start(Input()));
        Assert.True(executable.Advance(out Observation stage));
        Assert.Equal("input", stage.Name);
        AssertInvalid("a run is in flight", () => executable.Start(Input()));
        executable.Finish(output);
        Bits.AssertSame(expected, output, "after refusals");
        AssertInvalid("no run is in flight", () => executable.Advance(out _));
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_run_may_be_abandoned_at_any_moment(string backend)
    {
        using PreparedModel model = Prepare(backend);
        using Place place = model.CreatePlace(0);
        using Executable executable = model.Load(Plan(model, "input", "b", "d", "i"), place);
        float[] expected = Run(executable);
        for (int stages = 0; stages <= 5; stages++)
        {
            executable.Start(Input());
            for (int i = 0; i < stages; i++)
            {
                Assert.Equal(i < 4, executable.Advance(out _));
            }

            executable.Abandon();
            executable.Abandon();
            Bits.AssertSame(expected, Run(executable), $"after a run abandoned at stage {stages}");
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_stopped_control_ends_the_run_and_the_executable_is_ready_for_the_next(string backend)
    {
        using PreparedModel model = Prepare(backend);
        using Place place = model.CreatePlace(0);
        using Executable executable = model.Load(Plan(model, "b", "d"), place);
        float[] expected = Run(executable);
        RunControl stopped = new(new CancellationToken(canceled: true));
        Assert.Throws<OperationCanceledException>(() => executable.Start(Input(), stopped));
        using CancellationTokenSource source = new();
        executable.Start(Input(), new RunControl(source.Token));
        Assert.True(executable.Advance(out _));
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => executable.Advance(out _));
        Bits.AssertSame(expected, Run(executable), "after cancelled runs");
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Dispose_ends_a_run_and_is_idempotent(string backend)
    {
        PreparedModel model = Prepare(backend);
        using Place place = model.CreatePlace(0);
        Executable executable = model.Load(Plan(model), place);
        executable.Start(Input());
        executable.Dispose();
        executable.Dispose();
        Assert.Throws<ObjectDisposedException>(() => executable.Start(Input()));
        AssertInvalid("no run is in flight", () => executable.Advance(out _));
        executable.Abandon();
        place.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Load(Plan(model), place));
    }

    private static float[] Input() => NullValues.Input(1).Values.ToArray();

    private static float[] Run(Executable executable)
    {
        float[] output = new float[16];
        executable.Start(Input());
        executable.Finish(output);
        return output;
    }

    private static PreparedModel Prepare(string backend)
    {
        using Model model = NullSessionTest.CreateModel();
        return Backends.Create(backend).Prepare(model);
    }

    private static ExecutionPlan Plan(PreparedModel model, params string[] observed) =>
        Planner.Plan(model.Graph, Shape, observed.Select(model.Graph.Find), model.Backend.Layout);

    private static void AssertRefused(string reason, Action action) => Assert.Contains(reason, Assert.Throws<CudaNetException>(action).Message, StringComparison.Ordinal);

    private static void AssertInvalid(string reason, Action action) =>
        Assert.Contains(reason, Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);
}
