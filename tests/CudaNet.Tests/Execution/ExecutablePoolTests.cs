using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a session keeps loaded: several of a key where several are in flight, never more than allowed, never one taken from a run.</summary>
public sealed class ExecutablePoolTests : NullSessionTest
{
    private static readonly TensorShape Shape = new(1, 3, 2, 2);

    [Fact]
    public void Runs_of_one_key_have_an_executable_each_and_later_ones_use_them_again()
    {
        Session session = Open(places: 3);
        for (int round = 0; round < 3; round++)
        {
            InferenceRun[] runs = [.. Enumerable.Range(1, 3).Select(i => session.Start(NullValues.Input(i), ["d"]))];
            Array.ForEach(runs, r => r.Dispose());
            Assert.Equal(3, Backend.Ledger.Loaded.Value);
        }

        Assert.Equal(3, session.Memory.Executables);
    }

    [Fact]
    public void A_busy_executable_is_never_evicted()
    {
        Session session = Open(places: 2, executables: 2);
        using InferenceRun held = session.Start(NullValues.Input(1), ["d", "h"]);
        foreach (LayerNode layer in Graph.Nodes)
        {
            Assert.Equal(Output(2), session.Extract(NullValues.Input(2), [layer.Name]).Output.Values.ToArray());
            Assert.True(Backend.Ledger.Live <= 2);
        }

        Assert.True(held.Next(out Observation observation));
        NullValues.AssertOf(1, in observation);
    }

    [Fact]
    public void The_least_recently_used_goes_first()
    {
        Session session = Open(executables: 2);
        session.Prepare(Shape, ["a"]);
        session.Prepare(Shape, ["b"]);
        session.Extract(NullValues.Input(1), ["a"]);
        session.Prepare(Shape, ["c"]);
        session.Extract(NullValues.Input(1), ["a"]);
        Assert.Equal(3, Backend.Ledger.Loaded.Value);
        session.Extract(NullValues.Input(1), ["b"]);
        Assert.Equal(4, Backend.Ledger.Loaded.Value);
    }

    [Fact]
    public void Fewer_executables_than_runs_are_refused_and_cost_nothing()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(places: 3, executables: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(places: 0));
        Assert.Equal(Backend.Ledger.Prepared.Value, Backend.Ledger.Released.Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prepare_leaves_nothing_to_load_for_as_many_runs(bool isExclusive)
    {
        UseBackend(new NullOptions(isExclusive));
        Session session = Open(places: 4);
        session.Prepare(Shape, ["d"], copies: 4);
        session.Prepare(Shape, ["d"], copies: 3);
        Assert.Equal(4, Backend.Ledger.Loaded.Value);
        for (int round = 0; round < 2; round++)
        {
            InferenceRun[] runs = [.. Enumerable.Range(1, 4).Select(i => session.Start(NullValues.Input(i), ["d"]))];
            Assert.Equal(4, Backend.Ledger.InFlight);
            Array.ForEach(runs, r => r.Dispose());
        }

        Assert.Equal(4, Backend.Ledger.Loaded.Value);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prepare(Shape, ["d"], copies: 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Prepare(Shape, ["d"], copies: 0));
    }

    [Fact]
    public async Task In_exclusive_places_no_two_runs_meet()
    {
        UseBackend(new NullOptions(ExclusivePlaces: true));
        Session session = Open(places: 3, executables: 5);
        await Task.WhenAll(Enumerable.Range(1, 6).Select(worker => Patience.OnThread(() =>
        {
            Random random = new(worker);
            for (int i = 0; i < 500; i++)
            {
                string layer = Graph.Nodes[random.Next(Graph.Nodes.Count)].Name;
                LayerOutputs outputs = session.Extract(NullValues.Input(worker), [layer]);
                Assert.Equal(Output(worker), outputs.Output.Values.ToArray());
            }
        })));
        Assert.True(Backend.Ledger.Live <= 5);
        Assert.Equal(3, Backend.Ledger.PlacesMade.Value);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    public void A_load_that_fails_leaves_the_session_usable(int failingLoad, int failingPlace)
    {
        UseBackend(new NullOptions(FailingLoad: failingLoad, FailingPlace: failingPlace));
        Session session = Open(places: 2, executables: 2);
        int failures = 0;
        foreach (string layer in (string[])["a", "b", "c", "d"])
        {
            failures += Record.Exception(() => session.Extract(NullValues.Input(1), [layer])) is CudaNetException ? 1 : 0;
        }

        Assert.Equal(1, failures);
        using InferenceRun first = session.Start(NullValues.Input(1)), second = session.Start(NullValues.Input(2));
        Assert.Equal([Output(1), Output(2)], (float[][])[first.Output.ToArray(), second.Output.ToArray()]);
    }

    [Fact]
    public void Two_hundred_layer_sets_in_turn_stay_within_bounds()
    {
        Session session = Open(places: 2, executables: 6);
        for (int set = 1; set <= 200; set++)
        {
            string[] layers = [.. Graph.Nodes.Where(n => ((set >> n.Index) & 1) != 0).Select(n => n.Name)];
            LayerOutputs outputs = session.Extract(NullValues.Input(set), layers);
            Assert.Equal(layers, outputs.Layers.Select(l => l.Name));
            Assert.True(Backend.Ledger.Live <= 6);
            Assert.Equal(Backend.Ledger.Live, session.Memory.Executables);
        }

        Assert.Equal(200, Backend.Ledger.Loaded.Value);
        session.Dispose();
        Assert.Equal(0, Backend.Ledger.Live);
    }
}
