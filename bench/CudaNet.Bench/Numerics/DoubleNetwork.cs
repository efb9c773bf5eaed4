using System.Numerics;
using CudaNet.Engine;
using CudaNet.Kernels;

namespace CudaNet.Bench;

/// <summary>A network of one image in double throughout, no value rounded to fp32: what the errors of fp32 layers are measured against.</summary>
internal static class DoubleNetwork
{
    /// <summary>Every layer's values, C×H×W, by name.</summary>
    public static Dictionary<string, double[]> Run(Model model, Tensor image)
    {
        LayerGraph graph = model.Graph;
        TensorShape[] shapes = graph.InferShapes(image.Shape);
        Dictionary<string, double[]> values = new() { [graph.Input.Name] = Wide(image.Values) };
        foreach (LayerNode node in graph.Layers)
        {
            double[] source = values[node.Inputs[0].Name];
            TensorShape from = shapes[node.Inputs[0].Index], to = shapes[node.Index];
            LayerParameters parameters = model.Parameters.Of(node);
            values[node.Name] = node.Op switch
            {
                Conv2d op => Convolve(source, from, op, parameters, to),
                BatchNorm2d op => Normalise(source, op, parameters),
                ReLU => Array.ConvertAll(source, v => Math.Max(v, 0)),
                Add => [.. source.Zip(values[node.Inputs[1].Name], (a, b) => a + b)],
                MaxPool2d op => Pool(source, from, op, to),
                GlobalAveragePool => [.. source.Chunk(from.Height * from.Width).Select(plane => plane.Average())],
                Linear op => Multiply(source, op, parameters),
                _ => throw new UnknownOperatorException("the network in double", node),
            };
        }

        return values;
    }

    /// <summary>One convolution's sums.</summary>
    public static double[] Convolve(double[] source, TensorShape from, Conv2d op, LayerParameters parameters, TensorShape to)
    {
        double[] sums = new double[to.ElementCount];
        int groupChannels = op.InChannels / op.Groups, groupOutputs = op.OutChannels / op.Groups;
        ReadOnlySpan<float> weights = parameters.Weight!.Values;
        int next = 0;
        for (int k = 0; k < op.OutChannels; k++)
        {
            Span<double> plane = sums.AsSpan(k * to.Height * to.Width, to.Height * to.Width);
            plane.Fill(parameters.Bias is { } bias ? bias.Values[k] : 0);
            for (int c = 0; c < groupChannels; c++)
            {
                int channel = (k / groupOutputs * groupChannels) + c;
                for (int tap = 0; tap < op.KernelHeight * op.KernelWidth; tap++)
                {
                    AddTap(source.AsSpan(channel * from.Height * from.Width), from, op, tap / op.KernelWidth, tap % op.KernelWidth, weights[next++], plane, to);
                }
            }
        }

        return sums;
    }

    private static void AddTap(ReadOnlySpan<double> source, TensorShape from, Conv2d op, int row, int column, double weight, Span<double> plane, TensorShape to)
    {
        int left = (column * op.Dilation) - op.Padding.Left;
        int first = left >= 0 ? 0 : (-left + op.Stride - 1) / op.Stride;
        int end = Math.Min(to.Width, from.Width - left <= 0 ? 0 : ((from.Width - left - 1) / op.Stride) + 1);
        for (int y = 0; y < to.Height; y++)
        {
            int line = (y * op.Stride) + (row * op.Dilation) - op.Padding.Top;
            if (line < 0 || line >= from.Height || end <= first)
            {
                continue;
            }

            ReadOnlySpan<double> values = source.Slice((line * from.Width) + (first * op.Stride) + left, ((end - first - 1) * op.Stride) + 1);
            Span<double> sums = plane.Slice((y * to.Width) + first, end - first);
            int x = 0;
            for (; op.Stride == 1 && x + Vector<double>.Count <= sums.Length; x += Vector<double>.Count)
            {
                (new Vector<double>(sums[x..]) + (new Vector<double>(values[x..]) * weight)).CopyTo(sums[x..]);
            }

            for (; x < sums.Length; x++)
            {
                sums[x] += weight * values[x * op.Stride];
            }
        }
    }

    private static double[] Normalise(double[] source, BatchNorm2d op, LayerParameters parameters)
    {
        int plane = source.Length / op.Channels;
        double[] result = new double[source.Length];
        for (int c = 0; c < op.Channels; c++)
        {
            (double scale, double shift) = ScaleAndShift.Exactly(op, parameters, c);
            for (int i = c * plane; i < (c + 1) * plane; i++)
            {
                result[i] = (source[i] * scale) + shift;
            }
        }

        return result;
    }

    private static double[] Pool(double[] source, TensorShape from, MaxPool2d op, TensorShape to)
    {
        double[] result = new double[to.ElementCount];
        Array.Fill(result, double.NegativeInfinity);
        for (int i = 0; i < result.Length * op.Kernel * op.Kernel; i++)
        {
            (int index, int tap) = Math.DivRem(i, op.Kernel * op.Kernel);
            (int c, int pixel) = Math.DivRem(index, to.Height * to.Width);
            int y = (pixel / to.Width * op.Stride) + (tap / op.Kernel) - op.Padding.Top;
            int x = (pixel % to.Width * op.Stride) + (tap % op.Kernel) - op.Padding.Left;
            if (y >= 0 && y < from.Height && x >= 0 && x < from.Width)
            {
                result[index] = Math.Max(result[index], source[(((c * from.Height) + y) * from.Width) + x]);
            }
        }

        return result;
    }

    private static double[] Multiply(double[] source, Linear op, LayerParameters parameters)
    {
        double[] result = new double[op.OutFeatures];
        for (int k = 0; k < op.OutFeatures; k++)
        {
            result[k] = parameters.Bias is { } bias ? bias.Values[k] : 0;
            for (int i = 0; i < op.InFeatures; i++)
            {
                result[k] += source[i] * parameters.Weight!.Values[(k * op.InFeatures) + i];
            }
        }

        return result;
    }

    private static double[] Wide(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), v => (double)v);
}
