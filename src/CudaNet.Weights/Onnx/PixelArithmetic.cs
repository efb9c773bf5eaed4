using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// What layers do to a pixel, gathered as ((pixel − mean image) / 255 − mean) / std in double. An image that is subtracted from the pixels themselves stays as it is, whatever scale a channel comes
/// behind it; behind a scale it is divided by that, and rounded to fp32.
/// </summary>
internal sealed class PixelArithmetic
{
    private const int MaxPixel = 255;

    private readonly TensorShape _shape;
    private readonly double[] _mean, _std;
    private double[]? _image;

    /// <summary>Nothing yet: the pixel's value.</summary>
    public PixelArithmetic(int channels, int height, int width)
    {
        _shape = new TensorShape(channels, height, width);
        _mean = new double[channels];
        _std = [.. Enumerable.Repeat(1.0 / MaxPixel, channels)];
    }

    /// <summary>Adds what a layer does.</summary>
    /// <exception cref="OnnxProblem">A constant is no number, or a scale not above 0.</exception>
    public void Add(OnnxLayer layer)
    {
        if (layer.Op is Offset)
        {
            Offset(layer.Parameters["bias"].Numbers());
        }
        else
        {
            Affine(layer, ((BatchNorm2d)layer.Op).Epsilon);
        }

        if (!_mean.All(double.IsFinite) || !_std.All(s => double.IsFinite(s) && s > 0) || _image?.All(v => float.IsFinite((float)v)) == false)
        {
            throw new OnnxProblem($"{Printable.Quote(layer.Name)} computes with a constant that is no finite number, or scales by one that is not above 0");
        }
    }

    /// <summary>All of it as a rule for images.</summary>
    /// <param name="order">The channels of images in the order in which the network gets them; null for their own.</param>
    /// <exception cref="OnnxProblem">It has only some of them, or some twice.</exception>
    public Preprocessing Rule(IReadOnlyList<int>? order)
    {
        int channels = _mean.Length, plane = _shape[1] * _shape[2];
        int[] own = [.. Enumerable.Range(0, channels)];
        order ??= own;
        if (!order.Order().SequenceEqual(own))
        {
            throw new OnnxProblem($"it gives the channels {string.Join(", ", order)} of {channels}, each once is supported");
        }

        return new Preprocessing(_shape[1], _shape[2], Interpolation.Bilinear, null, [.. order.Select(c => _mean[c])], [.. order.Select(c => _std[c])])
        {
            ChannelOrder = channels == 1 ? Preprocessing.RedGreenBlue : [.. order],
            MeanImage = _image is null ? null : new Tensor(_shape, (float[])[.. order.SelectMany(c => _image.Skip(c * plane).Take(plane)).Select(v => (float)v)]),
        };
    }

    private void Offset(double[] offset)
    {
        _image ??= new double[offset.Length];
        int plane = _shape[1] * _shape[2];
        for (int i = 0; i < offset.Length; i++)
        {
            _image[i] -= MaxPixel * _std[i / plane] * offset[i];
        }
    }

    private void Affine(OnnxLayer layer, double epsilon)
    {
        (double[] weight, double[] bias) = (layer.Parameters["weight"].Numbers(), layer.Parameters["bias"].Numbers());
        (double[] mean, double[] variance) = (layer.Parameters["running_mean"].Numbers(), layer.Parameters["running_var"].Numbers());
        for (int c = 0; c < _mean.Length; c++)
        {
            double scale = weight[c] / Math.Sqrt(variance[c] + epsilon);
            _std[c] /= scale;
            _mean[c] -= (bias[c] - (mean[c] * scale)) * _std[c];
        }
    }
}
