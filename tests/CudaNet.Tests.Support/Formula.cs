using System.Text;
using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>
/// Weights and inputs by formula (the golden files' <c>formula.py</c>): the top 24 bits of splitmix64, started at FNV-1a-64 of the tensor's
/// name, scaled by what the tensor is; computed in double, rounded once.
/// </summary>
public static class Formula
{
    public static Tensor Input(params ReadOnlySpan<int> extents) => Make("input", new TensorShape(extents), u => (4 * u) - 2);

    /// <summary>2u − 1: what <c>operators.py</c> feeds single operators.</summary>
    public static Tensor Uniform(string name, TensorShape shape) => Make(name, shape, u => (2 * u) - 1);

    /// <summary>All parameters of a ResNet graph, under <paramref name="seed"/> + their names.</summary>
    public static ParameterSet Parameters(LayerGraph graph, string seed = "")
    {
        int features = ((Linear)graph.Output.Op).InFeatures;
        bool bottleneck = graph.Nodes.Any(n => n.Name.EndsWith(".bn3", StringComparison.Ordinal));
        return new ParameterSet(graph, graph.Parameters.Select(p => KeyValuePair.Create(p.Name, Parameter(seed + p.Name, p.Name, p.Shape, features, bottleneck ? "bn3.weight" : "bn2.weight"))));
    }

    private static Tensor Parameter(string key, string name, TensorShape shape, int features, string lastNorm)
    {
        bool last = name.StartsWith("layer", StringComparison.Ordinal) && name.EndsWith(lastNorm, StringComparison.Ordinal);
        Func<double, double> value = name switch
        {
            _ when name.EndsWith("running_var", StringComparison.Ordinal) => u => 0.5 + u,
            _ when name.EndsWith("running_mean", StringComparison.Ordinal) => u => (0.4 * u) - 0.2,
            _ when name.StartsWith("fc.", StringComparison.Ordinal) => u => ((2 * u) - 1) / Math.Sqrt(features),
            _ when shape.Rank == 4 => u => ((2 * u) - 1) * Math.Sqrt(6.0 / (shape[1] * shape[2] * shape[3])),
            _ when name.EndsWith("bias", StringComparison.Ordinal) => u => (0.4 * u) - 0.2,
            _ => last ? u => 0.1 + (0.2 * u) : u => 0.5 + u,
        };
        return Make(key, shape, value);
    }

    private static Tensor Make(string key, TensorShape shape, Func<double, double> value)
    {
        ulong state = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(key))
        {
            state = (state ^ b) * 0x100000001B3;
        }

        float[] values = new float[shape.ElementCount];
        for (int i = 0; i < values.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (float)value((z >> 40) / 16777216.0);
        }

        return new Tensor(shape, values);
    }
}
