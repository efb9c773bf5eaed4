using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a run that its holder pulls returns, and when.</summary>
public sealed class PulledRunTests : NullSessionTest
{
    [Fact]
    public void A_run_returns_its_layers_in_execution_order_and_no_others()
    {
        Session session = Open();
        using ObserverHandle other = session.Observe("c", (in Observation o) => NullValues.AssertOf(7, in o));
        using InferenceRun run = session.Start(NullValues.Input(7), ["h", "input", "a", "b", "input", "e"]);
        List<string> seen = [];
        while (run.Next(out Observation observation))
        {
            NullValues.AssertOf(7, in observation);
            seen.Add(observation.Name);
        }

        Assert.Equal(["input", "a", "b", "e", "h"], seen);
        Assert.Equal(Output(7), run.Output.ToArray());
        Assert.Equal(new TensorShape(1, 4, 2, 2), run.OutputShape);
    }

    [Fact]
    public void The_output_is_there_without_pulling_and_passes_over_what_is_left()
    {
        Session session = Open();
        List<string> observed = [];
        using ObserverHandle attached = session.Observe("g", (in Observation o) => observed.Add(o.Name));
        using InferenceRun run = session.Start(NullValues.Input(3), ["a", "d", "h"]);
        Assert.True(run.Next(out Observation first));
        Assert.Equal("a", first.Name);
        Assert.Equal(Output(3), run.Output.ToArray());
        Assert.Equal(["g"], observed);
        Assert.False(run.Next(out _));
        Assert.Equal(Output(3), run.Output.ToArray());
    }

    [Fact]
    public void Next_stays_false_at_the_end()
    {
        using InferenceRun run = Open().Start(NullValues.Input(3), ["d"]);
        run.Complete();
        for (int i = 0; i < 3; i++)
        {
            Assert.False(run.Next(out Observation none));
            Assert.True(none.Values.IsEmpty);
        }

        run.Complete();
    }

    [Fact]
    public void The_input_may_be_written_to_once_a_run_has_started()
    {
        float[] values = NullValues.Input(5).Values.ToArray();
        using InferenceRun run = Open().Start(new Tensor(new TensorShape(1, 3, 2, 2), values), ["input", "d"]);
        Array.Fill(values, 99);
        while (run.Next(out Observation observation))
        {
            NullValues.AssertOf(5, in observation);
        }

        Assert.Equal(Output(5), run.Output.ToArray());
    }

    [Fact]
    public void The_tag_reaches_every_observation_of_its_run()
    {
        Session session = Open(places: 3);
        List<(string, object?)> seen = [];
        using ObserverHandle attached = session.Observe("c", (in Observation o) => seen.Add((o.Name, o.Tag)));
        using InferenceRun first = session.Start(NullValues.Input(1), ["d", "input"], tag: "first");
        using InferenceRun second = session.Start(NullValues.Input(2), ["d"], tag: null);
        Assert.True(first.Next(out Observation input));
        Assert.Equal("first", input.Tag);
        Assert.True(second.Next(out Observation untagged));
        Assert.Null(untagged.Tag);
        Assert.True(first.Next(out Observation layer));
        Assert.Equal("first", layer.Tag);
        Assert.Equal("first", first.Tag);
        Assert.Null(second.Tag);
        session.Extract(NullValues.Input(3), ["a"], tag: 3);
        Assert.Equal([("c", null), ("c", "first"), ("c", 3)], seen);
    }

    [Fact]
    public void A_selection_serves_any_session_on_its_graph_and_no_other()
    {
        LayerSelection selection = Open().Select("h", "b");
        Assert.Equal(["b", "h"], selection.Layers.Select(l => l.Name));
        LayerOutputs outputs = Open().Extract(NullValues.Input(4), selection);
        Assert.Equal(NullValues.Expected(Graph.Find("h").Index, 16, 4), outputs["h"].Values.ToArray());
        Assert.Throws<CudaNetException>(() => outputs["a"]);
        using Model other = TestModels.Tiny();
        using Session stranger = new(other, Backend);
        Assert.Throws<CudaNetException>(() => stranger.Start(Formula.Input(1, 3, 32, 32), selection));
    }

    [Fact]
    public void A_binding_reaches_the_backend_and_has_the_output()
    {
        Session session = Open();
        double[] output = new double[16];
        NullBinding binding = new(new TensorShape(1, 3, 2, 2), [.. NullValues.Input(6).Values.ToArray().Select(v => (double)v)], output);
        using InferenceRun run = session.Start(binding, session.Select("input", "d"));
        while (run.Next(out Observation observation))
        {
            NullValues.AssertOf(6, in observation);
        }

        Assert.Equal(Output(6).Select(v => (double)v), output);
        Assert.Contains("binding", Refusal(run), StringComparison.Ordinal);
        static string Refusal(InferenceRun run) => Assert.Throws<InvalidOperationException>(() => run.Output.Length).Message;
    }

    [Fact]
    public void A_binding_of_an_unknown_type_is_refused_and_costs_no_place()
    {
        Session session = Open();
        CudaNetException exception = Assert.Throws<CudaNetException>(() => session.Start(new ForeignBinding()));
        Assert.Contains(nameof(ForeignBinding), exception.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => session.Start(new NullBinding(new TensorShape(1, 4, 2, 2), [], [])));
        Assert.Equal(Output(1), session.Predict(NullValues.Input(1)).Values.ToArray());
    }

    [Fact]
    public void An_output_of_another_length_is_refused_before_anything_is_computed()
    {
        Session session = Open();
        ShapeException exception = Assert.Throws<ShapeException>(() => session.Run(NullValues.Input(1), new float[17]));
        Assert.Contains("17", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, Backend.Ledger.Started.Value);
        session.Run(NullValues.Input(1), new float[16]);
    }

    [Fact]
    public void A_run_that_was_never_started_is_refused()
    {
        InferenceRun none = default;
        Assert.Throws<ObjectDisposedException>(() => none.Next(out _));
        Assert.Throws<ObjectDisposedException>(() => none.Output.Length);
        Assert.Throws<ObjectDisposedException>(() => none.Tag);
        none.Abandon();
        none.Dispose();
    }
}
