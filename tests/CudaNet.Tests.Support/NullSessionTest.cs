using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>A test on the null backend; at its end nothing was misused and nothing is left.</summary>
public abstract class NullSessionTest : IDisposable
{
    private readonly List<IDisposable> _opened = [];

    /// <summary>Nine layers in eight steps; the input's 3 channels become 4: 12 values in, 16 out.</summary>
    public static LayerGraph Graph { get; } = Build();

    protected NullBackend Backend { get; private set; } = new();

    public void Dispose()
    {
        Backend.Gate?.Open();
        _opened.ForEach(o => o.Dispose());
        Backend.Ledger.AssertClean();
        GC.SuppressFinalize(this);
    }

    public static Model CreateModel() =>
        new(Graph, new ParameterSet(Graph, Graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Formula.Uniform(p.Name, p.Shape)))), new ModelMetadata { Architecture = "test" });

    /// <summary>A session with so many places, disposed of with the test.</summary>
    protected Session Open(int places = 1, int executables = 8) =>
        Open(new InferenceOptions { MaxConcurrentRuns = places, MaxExecutables = executables });

    protected Session Open(InferenceOptions options)
    {
        using Model model = CreateModel();
        Session session = new(model, Backend, options);
        _opened.Add(session);
        return session;
    }

    protected void UseBackend(NullOptions options) => Backend = new NullBackend(options);

    protected PreparedModel Prepare()
    {
        using Model model = CreateModel();
        return Backend.Prepare(model);
    }

    protected static float[] Output(float first) => NullValues.Expected(Graph.Output.Index, 16, first);

    private static LayerGraph Build()
    {
        GraphBuilder graph = new(3);
        LayerNode a = graph.Add("a", new Conv2d(3, 4, 1, 1), graph.Input);
        LayerNode b = graph.Add("b", new ReLU(), a);
        LayerNode c = graph.Add("c", new MaxPool2d(1, 1), b);
        LayerNode d = graph.Add("d", new ReLU(), c);
        LayerNode e = graph.Add("e", new MaxPool2d(1, 1), d);
        LayerNode f = graph.Add("f", new Add(), e, b);
        LayerNode g = graph.Add("g", new MaxPool2d(1, 1), f);
        LayerNode h = graph.Add("h", new ReLU(), g);
        graph.Add("i", new MaxPool2d(1, 1), h);
        return graph.Build();
    }
}
