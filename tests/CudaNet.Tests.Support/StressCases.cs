using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Inputs with what each run of them gives alone: every layer and the output, bit for bit.</summary>
public sealed class StressCases
{
    private readonly float[][][] _layers;

    public StressCases(PreparedModel model, IReadOnlyList<Tensor> inputs)
    {
        Inputs = inputs;
        using Session session = new(model);
        string[] all = [.. model.Graph.Nodes.Select(n => n.Name)];
        _layers = [.. inputs.Select(input =>
        {
            LayerOutputs outputs = session.Extract(input, all);
            return model.Graph.Nodes.Select(n => outputs[n].Values.ToArray()).ToArray();
        })];
    }

    public IReadOnlyList<Tensor> Inputs { get; }

    public ReadOnlySpan<float> Output(int input) => _layers[input][^1];

    public void Check(int input, in Observation observation) => Check(input, observation.Layer, observation.Values);

    public void CheckOutput(int input, ReadOnlySpan<float> output) => Bits.AssertSame(Output(input), output, $"the output of input {input}");

    public void Check(int input, LayerNode layer, ReadOnlySpan<float> values) => Bits.AssertSame(_layers[input][layer.Index], values, $"{layer} of input {input}");
}
