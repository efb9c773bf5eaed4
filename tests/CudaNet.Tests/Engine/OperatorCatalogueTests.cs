using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>The catalogue of operators is the closed set, and the documentation's table is the catalogue.</summary>
public sealed class OperatorCatalogueTests
{
    [Fact]
    public void Has_every_operator_and_each_case_once()
    {
        IEnumerable<Type> closed = typeof(LayerOp).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(LayerOp)) && !t.IsAbstract && t != typeof(GraphInput));
        Assert.Equal(closed.Select(t => t.Name).Order(), OperatorCatalogue.Kinds.Order());
        Assert.All(OperatorCatalogue.Rows, r => Assert.NotEmpty(r.Cases));
        Assert.All(OperatorCatalogue.Rows, r => Assert.All(r.Cases, c => Assert.Equal(r.Op, c.Op.GetType())));
        Assert.Empty(OperatorCatalogue.Cases.GroupBy(c => c.Name).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Random_graphs_draw_every_operator()
    {
        HashSet<Type> drawn = [.. Enumerable.Range(0, RandomGraphs.Count).SelectMany(seed => RandomGraphs.Create(seed).Graph.Layers).Select(n => n.Op.GetType())];
        Assert.Equal(OperatorCatalogue.Kinds.Order(), drawn.Select(t => t.Name).Order());
    }

    [Fact]
    public void Stands_in_the_documentation()
    {
        string page = File.ReadAllText(Repository.File("docs/adding-a-layer.md"));
        string table = string.Concat(OperatorCatalogue.Rows.Select(row => $"{Line(row)}\n"));
        Assert.True(page.Contains(table, StringComparison.Ordinal), $"docs/adding-a-layer.md has not this table:\n{table}");

        static string Line(OperatorRow row)
        {
            LayerOp op = row.Cases[0].Op;
            string parameters = string.Join(", ", row.Cases.SelectMany(c => c.Op.Parameters).Select(p => p.Name).Distinct());
            string place = op.Place == FusionPlace.Alone ? "a step of its own" : op.StepName;
            return $"| `{op.Kind}` | {row.Attributes} | {parameters} | {place} | {row.Cases.Count} |";
        }
    }

    /// <summary>Whoever goes through a graph says by name what it does not know, where the model is prepared.</summary>
    [Theory]
    [MemberData(nameof(AllBackends))]
    public void An_operator_that_a_backend_does_not_know_is_refused_by_name(string backend)
    {
        GraphBuilder builder = new(1);
        builder.Add("odd", new Unheard(), builder.Input);
        LayerGraph graph = builder.Build();
        UnknownOperatorException exception = Assert.Throws<UnknownOperatorException>(() => Backends.Create(backend).Prepare(graph, new ParameterSet(graph, [])));
        Assert.Contains(nameof(Unheard), exception.Message, StringComparison.Ordinal);
        Assert.Equal("odd", exception.Layer);
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(1, 1, 2, 2), [], Backends.Create(backend).Layout);
        Assert.Throws<UnknownOperatorException>(() => Backends.Create(backend).Measure(plan));
        Assert.Throws<UnknownOperatorException>(() => StepWork.Of(plan, StoragePrecision.Float32));
    }

    public static TheoryData<string> AllBackends => Backends.All;

    private sealed record Unheard : LayerOp
    {
        public override string Kind => nameof(Unheard);

        internal override string StepName => "unheard";

        internal override FusionPlace Place => FusionPlace.Alone;

        public override string Describe() => "";

        public override TensorShape InferShape(ReadOnlySpan<TensorShape> inputs) => inputs[0];
    }
}
