using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Batch norms that become part of the convolution before them: y = (x ∗ weight) · scale + shift, with scale and shift in double.</summary>
internal sealed class OnnxExportFolding
{
    private readonly Dictionary<LayerNode, LayerNode> _norms = [];
    private readonly HashSet<LayerNode> _folded = [];

    /// <param name="graph">The layers.</param>
    /// <param name="outputs">Those whose values must be there.</param>
    /// <param name="isAsked">False: none are folded.</param>
    public OnnxExportFolding(LayerGraph graph, IReadOnlyList<LayerNode> outputs, bool isAsked)
    {
        if (!isAsked)
        {
            return;
        }

        Dictionary<LayerNode, int> readers = graph.Nodes.SelectMany(n => n.Inputs).CountBy(n => n).ToDictionary();
        foreach (LayerNode norm in graph.Nodes.Where(n => n.Op is BatchNorm2d && n.Inputs[0].Op is Conv2d && readers[n.Inputs[0]] == 1 && !outputs.Contains(n.Inputs[0])))
        {
            _norms.Add(norm.Inputs[0], norm);
            _folded.Add(norm);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _folded.Count;

    /// <summary>Whether a layer is a batch norm that has become part of another.</summary>
    public bool IsFolded(LayerNode node) => _folded.Contains(node);

    /// <summary>The batch norm that has become part of a convolution; null for any other layer.</summary>
    public LayerNode? NormOf(LayerNode convolution) => _norms.GetValueOrDefault(convolution);

    /// <summary>Writes a convolution's weight, an output channel at a time.</summary>
    public static void WriteWeight(Stream stream, ParameterSet parameters, LayerNode convolution, LayerNode norm)
    {
        Tensor weight = parameters.Of(convolution).Weight!;
        double[] scales = Scales(parameters.Of(norm), norm);
        float[] row = new float[weight.Values.Length / scales.Length];
        for (int c = 0; c < scales.Length; c++)
        {
            ReadOnlySpan<float> values = weight.Values.Slice(c * row.Length, row.Length);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = (float)(values[i] * scales[c]);
            }

            WriteSingles(stream, row);
        }
    }

    /// <summary>Writes a convolution's bias, which it may not have had before.</summary>
    public static void WriteBias(Stream stream, ParameterSet parameters, LayerNode convolution, LayerNode norm)
    {
        LayerParameters values = parameters.Of(norm);
        double[] scales = Scales(values, norm);
        Tensor? before = parameters.Of(convolution).Bias;
        float[] bias = new float[scales.Length];
        for (int c = 0; c < bias.Length; c++)
        {
            double mean = values.RunningMean!.Values[c] - (double)(before?.Values[c] ?? 0);
            bias[c] = (float)(values.Bias!.Values[c] - (mean * scales[c]));
        }

        WriteSingles(stream, bias);
    }

    /// <summary>Writes values as they are in memory, which is how ONNX has them.</summary>
    public static void WriteSingles(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        int[] turned = new int[values.Length];
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(values), turned);
        stream.Write(MemoryMarshal.AsBytes<int>(turned));
    }

    private static double[] Scales(LayerParameters values, LayerNode norm)
    {
        double[] scales = new double[values.Weight!.Values.Length];
        for (int c = 0; c < scales.Length; c++)
        {
            scales[c] = values.Weight.Values[c] / Math.Sqrt(values.RunningVar!.Values[c] + ((BatchNorm2d)norm.Op).Epsilon);
        }

        return scales;
    }
}
