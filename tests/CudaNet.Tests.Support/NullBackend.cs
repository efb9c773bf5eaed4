using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>
/// Computes nothing and publishes known values (<see cref="NullValues"/>), so that a test can tell whose run a value belongs to. It counts what it
/// hands out and writes down every misuse (<see cref="NullLedger"/>).
/// </summary>
public sealed class NullBackend(NullOptions? options = null) : IBackend
{
    private volatile Gate? _gate;

    public string Name => "null";

    public Tolerance Tolerance => Tolerance.For("reference");

    public StorageLayout Layout { get; } = new("null", 1, 0);

    public NullOptions Options { get; } = options ?? new NullOptions();

    public NullLedger Ledger { get; } = new();

    /// <summary>Where runs stop until they are let on; null for nowhere.</summary>
    public Gate? Gate
    {
        get => _gate;
        set => _gate = value;
    }

    public PreparedModel Prepare(LayerGraph graph, ParameterSet parameters)
    {
        Ledger.Prepared.Add();
        return new NullModel(this, graph);
    }

    public PlanCost Measure(ExecutionPlan plan) => Options.FailingLoad == 1
        ? throw new CudaNetException("the null backend was told to refuse")
        : new PlanCost(0, 0, [.. plan.Steps.Select(_ => new StepChoice("nothing", 0))]);
}

/// <param name="ExclusivePlaces">One run at a time in a place.</param>
/// <param name="FailingLoad">Which load fails, from 1; 0 for none.</param>
/// <param name="FailingPlace">Which place cannot be made, from 1; 0 for none.</param>
public sealed record NullOptions(bool ExclusivePlaces = false, int FailingLoad = 0, int FailingPlace = 0);

/// <summary>Memory of a kind that only the null backend knows: doubles.</summary>
public sealed class NullBinding(TensorShape inputShape, double[] input, double[] output) : RunBinding
{
    public override TensorShape InputShape => inputShape;

    public double[] Input => input;

    public double[] Output => output;
}

/// <summary>What the null backend publishes.</summary>
public static class NullValues
{
    /// <summary>Exact for whole numbers below 2²³; then runs whose inputs begin with different values differ in every element.</summary>
    public static float At(int layer, int element, float first) => first + (1024 * layer) + (element % 1024);

    /// <summary>An input that begins with that value; as a layer's output it would be that of layer 0.</summary>
    public static Tensor Input(float first, params ReadOnlySpan<int> extents)
    {
        TensorShape shape = extents.IsEmpty ? new TensorShape(1, 3, 2, 2) : new TensorShape(extents);
        return new Tensor(shape, Expected(0, (int)shape.ElementCount, first));
    }

    public static float[] Expected(int layer, int count, float first)
    {
        float[] values = new float[count];
        Fill(layer, first, values);
        return values;
    }

    public static void Fill(int layer, float first, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = At(layer, i, first);
        }
    }

    public static void AssertOf(float first, in Observation observation)
    {
        for (int i = 0; i < observation.Values.Length; i++)
        {
            if (observation.Values[i] != At(observation.Layer.Index, i, first))
            {
                throw new InvalidDataException($"element {i} of {observation.Name} is {observation.Values[i]}, not the {At(observation.Layer.Index, i, first)} of run {first}");
            }
        }
    }
}
