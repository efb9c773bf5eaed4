using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Folds batch norm into the filters and the bias before it, in double, each result rounded once to the storage precision. Without a batch norm the filters
/// are as they are.
/// </summary>
internal sealed class BatchNormFolding
{
    private readonly StoragePrecision _storage;
    private readonly LayerParameters _convolution;
    private readonly double[] _scale, _bias;

    /// <param name="convolution">Weights (K, …), and a bias or none.</param>
    /// <param name="op">The batch norm, or null.</param>
    /// <param name="norm">Its parameters, or null.</param>
    /// <param name="storage">What the results are stored in.</param>
    public BatchNormFolding(LayerParameters convolution, BatchNorm2d? op, LayerParameters? norm, StoragePrecision storage)
    {
        (_convolution, _storage) = (convolution, storage);
        int filters = convolution.Weight!.Shape[0];
        (_scale, _bias) = (new double[filters], new double[filters]);
        for (int k = 0; k < filters; k++)
        {
            (double scale, double shift) = op is null ? (1, 0) : ScaleAndShift.Exactly(op, norm!, k);
            double own = convolution.Bias is { } bias ? bias.Values[k] : 0;
            (_scale[k], _bias[k]) = (scale, shift + (own * scale));
        }
    }

    /// <summary>
    /// Whether the storage precision holds them: none is beyond its largest value, and the layer's largest weight is above those that lose precision. Single
    /// filters may vanish beside that: a layer's errors count against its largest values.
    /// </summary>
    public bool Fits()
    {
        (double most, double least) = _storage switch
        {
            StoragePrecision.Float16 => ((double)Half.MaxValue, Math.ScaleB(1, -13)),
            StoragePrecision.BFloat16 => (Math.ScaleB(255, 120), Math.ScaleB(1, -125)),
            _ => (float.MaxValue, Math.ScaleB(1, -125)),
        };
        ReadOnlySpan<float> weights = _convolution.Weight!.Values;
        int length = weights.Length / _scale.Length;
        double largest = 0;
        for (int k = 0; k < _scale.Length; k++)
        {
            double weight = 0;
            foreach (float value in weights.Slice(k * length, length))
            {
                weight = Math.Max(weight, Math.Abs(value));
            }

            // NaN fits nothing: Max passes it on.
            largest = Math.Max(largest, Math.Abs(weight * _scale[k]));
            if (!(Math.Max(largest, Math.Abs(_bias[k])) <= most))
            {
                return false;
            }
        }

        return largest == 0 || largest >= least;
    }

    /// <summary>(K, C, R, S): what <see cref="StorageEncoding"/> rounds to the folded weights.</summary>
    public float[] Filters()
    {
        ReadOnlySpan<float> weights = _convolution.Weight!.Values;
        float[] folded = new float[weights.Length];
        int length = weights.Length / _scale.Length;
        for (int i = 0; i < folded.Length; i++)
        {
            folded[i] = Narrow(weights[i] * _scale[i / length]);
        }

        return folded;
    }

    /// <summary>(K): what <see cref="StorageEncoding"/> rounds to the bias.</summary>
    public float[] Bias() => Array.ConvertAll(_bias, Narrow);

    /// <summary>To fp32: the nearest value where that is stored; rounded to odd where fewer bits are, so that what follows rounds as it would the double.</summary>
    private float Narrow(double value)
    {
        float nearest = (float)value;
        if (_storage == StoragePrecision.Float32 || nearest == value)
        {
            return nearest;
        }

        int bits = BitConverter.SingleToInt32Bits(nearest);
        return BitConverter.Int32BitsToSingle((Math.Abs(nearest) > Math.Abs(value) ? bits - 1 : bits) | 1);
    }
}
