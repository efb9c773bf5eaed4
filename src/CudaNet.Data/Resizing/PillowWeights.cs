namespace CudaNet.Data;

/// <summary>
/// Pillow's resampling weights for one axis, in fixed point with <see cref="FractionBits"/> bits. The filter is widened by the scale when
/// shrinking (antialiasing), cut at the image's edges and normalised to sum 1 in double, then rounded half away from zero.
/// </summary>
internal sealed class PillowWeights
{
    public const int FractionBits = 22;

    private readonly int[] _weights;
    private readonly int _stride;
    private readonly (int First, int Count)[] _ranges;

    public PillowWeights(ResizeAxis axis, PillowFilter filter)
    {
        double scale = (double)axis.Source / axis.Full;
        double widening = Math.Max(scale, 1);
        double support = filter.Support * widening;
        _stride = Math.Min(((int)Math.Ceiling(support) * 2) + 1, axis.Source);
        _weights = new int[checked(_stride * axis.Length)];
        _ranges = new (int, int)[axis.Length];
        double[] exact = new double[_stride];
        for (int i = 0; i < axis.Length; i++)
        {
            double centre = (axis.Offset + i + 0.5) * scale;
            int first = Math.Max((int)(centre - support + 0.5), 0);
            int count = Math.Min((int)(centre + support + 0.5), axis.Source) - first;
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                exact[k] = filter.Weight((k + first - centre + 0.5) * (1 / widening));
                sum += exact[k];
            }

            for (int k = 0; k < count; k++)
            {
                double fixedPoint = (sum == 0 ? exact[k] : exact[k] / sum) * (1 << FractionBits);
                _weights[(i * _stride) + k] = (int)(fixedPoint < 0 ? fixedPoint - 0.5 : fixedPoint + 0.5);
            }

            _ranges[i] = (first, count);
        }
    }

    /// <summary>The first source pixel that any result needs.</summary>
    public int FirstSource => _ranges[0].First;

    /// <summary>One past the last source pixel that any result needs.</summary>
    public int EndSource => _ranges[^1].First + _ranges[^1].Count;

    /// <summary>The weights of result <paramref name="index"/>, and the source pixel of the first of them.</summary>
    public ReadOnlySpan<int> Of(int index, out int first)
    {
        (first, int count) = _ranges[index];
        return _weights.AsSpan(index * _stride, count);
    }
}
