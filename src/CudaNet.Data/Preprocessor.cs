using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>
/// Turns images into a network's input as a <see cref="Engine.Preprocessing"/> says: resize, centre crop, order of channels, mean image,
/// (pixel / 255 − mean) / std. The bytes after resizing and cropping equal those of timm and torchvision (Pillow's filters) or of OpenCV. Immutable; any thread.
/// </summary>
public sealed class Preprocessor
{
    private readonly ImageDecoderOptions _decoding;
    private readonly float[][] _tables;

    /// <param name="preprocessing">The rule, usually from the model's metadata.</param>
    /// <param name="decoding">How files are decoded; null means <see cref="ImageDecoderOptions.Default"/>.</param>
    /// <exception cref="CudaNetException">
    /// The rule makes no sense: a side outside 1 to <see cref="Preprocessing.MaxSide"/>, a crop outside <see cref="Preprocessing.MinCrop"/> to 1,
    /// statistics of other than 1 or 3 channels, an order that is none, a mean image of another shape.
    /// </exception>
    public Preprocessor(Preprocessing preprocessing, ImageDecoderOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        Check(preprocessing);
        Preprocessing = preprocessing;
        _decoding = decoding ?? ImageDecoderOptions.Default;
        _tables = [.. preprocessing.Mean.Zip(preprocessing.Std, Table)];
        ImageShape = new TensorShape(1, _tables.Length, preprocessing.Height, preprocessing.Width);
    }

    /// <summary>The rule.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>1×C×H×W of one preprocessed image; C is the number of means.</summary>
    public TensorShape ImageShape { get; }

    /// <summary>
    /// Resizes and crops: Height × Width pixels. With one mean the image becomes its luminance first (<see cref="PixelImage.ToLuminance"/>).
    /// </summary>
    public PixelImage Resize(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        PixelImage source = _tables.Length == 1 ? image.ToLuminance() : image;
        (ResizeAxis rows, ResizeAxis columns) = ResizeGeometry.For(source.Height, source.Width, Preprocessing);
        return Preprocessing.Interpolation switch
        {
            Interpolation.Bilinear => PillowResize.Run(source, rows, columns, PillowFilter.Bilinear),
            Interpolation.Bicubic => PillowResize.Run(source, rows, columns, PillowFilter.Bicubic),
            Interpolation.OpenCvLinear => OpenCvResize.Run(source, rows, columns),
            _ => throw new CudaNetException($"there is no interpolation {Preprocessing.Interpolation}"),
        };
    }

    /// <summary>Preprocesses one image into <paramref name="destination"/>: C×H×W values, each computed in double and rounded once.</summary>
    /// <exception cref="ShapeException"><paramref name="destination"/> is not one image long.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(PixelImage image, Span<float> destination)
    {
        if (destination.Length != ImageShape.ElementCount)
        {
            throw new ShapeException($"an image of shape {ImageShape} needs {ImageShape.ElementCount} values, not {destination.Length}");
        }

        ReadOnlySpan<byte> pixels = Resize(image).Rgb;
        int plane = pixels.Length / 3;
        for (int c = 0; c < _tables.Length; c++)
        {
            ReadOnlySpan<byte> channel = pixels[Preprocessing.ChannelOrder[c]..];
            Span<float> target = destination.Slice(c * plane, plane);
            if (Preprocessing.MeanImage is { } subtracted)
            {
                Subtract(channel, subtracted.Values.Slice(c * plane, plane), Preprocessing.Mean[c], Preprocessing.Std[c], target);
                continue;
            }

            ReadOnlySpan<float> table = _tables[c];
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = table[channel[i * 3]];
            }
        }
    }

    /// <summary>Decodes and preprocesses one file: 1×C×H×W.</summary>
    /// <exception cref="CudaNetException">The file cannot be read; <see cref="ImageFormatException"/> where it cannot be decoded.</exception>
    public Tensor Load(string path) => Load(ImageDecoder.Decode(path, _decoding));

    /// <summary>Decodes and preprocesses one image from a stream, read from its position to its end and not closed: 1×C×H×W, as from a file.</summary>
    /// <param name="stream">As <see cref="ImageDecoder.Decode(Stream, ImageDecoderOptions?, string?)"/> takes it.</param>
    /// <param name="name">What errors call it; null means <c>(stream)</c>.</param>
    /// <exception cref="CudaNetException">As <see cref="ImageDecoder.Decode(Stream, ImageDecoderOptions?, string?)"/>.</exception>
    public Tensor Load(Stream stream, string? name = null) => Load(ImageDecoder.Decode(stream, _decoding, name));

    /// <summary>Decodes and preprocesses one image in memory, which is not needed afterwards: 1×C×H×W, as from a file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it; null means <c>(bytes)</c>.</param>
    /// <exception cref="ImageFormatException">As <see cref="ImageDecoder.Decode(ReadOnlySpan{byte}, ImageDecoderOptions?, string?)"/>.</exception>
    public Tensor Load(ReadOnlySpan<byte> bytes, string? name = null) => Load(ImageDecoder.Decode(bytes, _decoding, name));

    /// <summary>Decodes and preprocesses files into one batch, in their order: N×C×H×W.</summary>
    /// <exception cref="CudaNetException">As <see cref="Load(string)"/>, for the first such file; it is named.</exception>
    public Tensor Load(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        int length = (int)ImageShape.ElementCount;
        float[] values = new float[checked(paths.Count * length)];
        for (int i = 0; i < paths.Count; i++)
        {
            Fill(ImageDecoder.Decode(paths[i], _decoding), values.AsSpan(i * length, length));
        }

        return new Tensor(ImageShape.WithBatch(paths.Count), values);
    }

    private Tensor Load(PixelImage image)
    {
        float[] values = new float[ImageShape.ElementCount];
        Fill(image, values);
        return new Tensor(ImageShape, values);
    }

    /// <summary>((pixel − mean image) / 255 − mean) / std, as (pixel − mean image − 255·mean) / (255·std): exact until the one rounding where the mean is 0 and std 1/255.</summary>
    private static void Subtract(ReadOnlySpan<byte> channel, ReadOnlySpan<float> image, double mean, double std, Span<float> target)
    {
        (double shift, double scale) = (255 * mean, 255 * std);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = (float)((channel[i * 3] - (double)image[i] - shift) / scale);
        }
    }

    private static float[] Table(double mean, double std)
    {
        float[] table = new float[256];
        for (int value = 0; value < table.Length; value++)
        {
            table[value] = (float)(((value / 255.0) - mean) / std);
        }

        return table;
    }

    private static void Check(Preprocessing rule)
    {
        if (rule.Height is < 1 or > Preprocessing.MaxSide || rule.Width is < 1 or > Preprocessing.MaxSide)
        {
            throw new CudaNetException($"an input of {rule.Height}×{rule.Width} pixels is outside 1 to {Preprocessing.MaxSide} a side");
        }

        if (rule.Crop is { } crop && !(crop is >= Preprocessing.MinCrop and <= 1))
        {
            throw new CudaNetException(FormattableString.Invariant($"crop {crop} is not a fraction from {Preprocessing.MinCrop} to 1"));
        }

        if (rule.Mean.Count != rule.Std.Count || rule.Mean.Count is not (1 or 3))
        {
            throw new CudaNetException($"{rule.Mean.Count} means and {rule.Std.Count} standard deviations: images have 1 channel or 3");
        }

        if (!rule.Mean.All(double.IsFinite) || !rule.Std.All(s => double.IsFinite(s) && s > 0) || !Enum.IsDefined(rule.Interpolation))
        {
            throw new CudaNetException("the means must be finite, the standard deviations above 0 and the interpolation known");
        }

        if (!rule.ChannelOrder.Order().SequenceEqual(Preprocessing.RedGreenBlue))
        {
            throw new CudaNetException($"the order of channels is {string.Join(", ", rule.ChannelOrder)}: 0, 1 and 2, each once, are possible");
        }

        if (rule.MeanImage is { } image)
        {
            CheckMeanImage(image, new TensorShape(rule.Mean.Count, rule.Height, rule.Width));
        }
    }

    private static void CheckMeanImage(Tensor image, TensorShape wanted)
    {
        if (image.Shape != wanted)
        {
            throw new CudaNetException($"the mean image is {image.Shape}, the inputs are {wanted}") { Hint = "An input has the mean image's size: give none, or that." };
        }

        foreach (float value in image.Values)
        {
            if (!float.IsFinite(value))
            {
                throw new CudaNetException("the mean image has values that are no finite numbers");
            }
        }
    }
}
