namespace CudaNet.Engine;

/// <summary>
/// What happens between a decoded image and a network's input: resize, centre crop, then (pixel / 255 − mean) / std per channel, or
/// ((pixel − mean image) / 255 − mean) / std. Equal where every number of it is.
/// </summary>
/// <param name="Height">Rows of the result, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Width">Columns of the result, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Interpolation">The resampling rule.</param>
/// <param name="Crop">
/// Null: the whole image is stretched to Height × Width. Otherwise a fraction from <see cref="MinCrop"/> to 1: the image is resized, keeping its aspect, so that the
/// crop window is that fraction of it, and the centre is cut out (timm's <c>crop_pct</c>; torchvision's 256 → 224 is 0.875).
/// </param>
/// <param name="Mean">Mean a channel of the input, of values in [0, 1].</param>
/// <param name="Std">Standard deviation a channel of the input.</param>
public sealed record Preprocessing(int Height, int Width, Interpolation Interpolation, double? Crop, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    /// <summary>The most rows or columns that a result may have.</summary>
    public const int MaxSide = 16_384;

    /// <summary>The least part of an image that may be cropped: below it, the whole would be resized to more than a hundred times the result's sides.</summary>
    public const double MinCrop = 0.01;

    /// <summary>Which of an image's R (0), G (1) and B (2) each channel of the input is, each once; 2, 1, 0 for networks that take BGR. Without effect on an input of one channel.</summary>
    public IReadOnlyList<int> ChannelOrder { get; init; } = RedGreenBlue;

    /// <summary>C×Height×Width in the input's order of channels, of pixel values from 0 to 255: subtracted from the pixels before all else. Null for none.</summary>
    public Tensor? MeanImage { get; init; }

    /// <summary>True where (pixel / 255 − mean) / std is all: channels as they are in the image, no mean image.</summary>
    public bool IsPlain => MeanImage is null && (Mean.Count == 1 || ChannelOrder.SequenceEqual(RedGreenBlue));

    /// <summary>R, G, B: the order in which images have their channels.</summary>
    public static IReadOnlyList<int> RedGreenBlue { get; } = [0, 1, 2];

    /// <summary>ImageNet's channel means.</summary>
    public static IReadOnlyList<double> ImageNetMean { get; } = [0.485, 0.456, 0.406];

    /// <summary>ImageNet's channel standard deviations.</summary>
    public static IReadOnlyList<double> ImageNetStd { get; } = [0.229, 0.224, 0.225];

    /// <summary>torchvision's evaluation transform: shorter side to 256 (bilinear), centre 224×224, ImageNet's statistics.</summary>
    public static Preprocessing Torchvision { get; } = new(224, 224, Interpolation.Bilinear, 0.875, ImageNetMean, ImageNetStd);

    /// <summary>timm's usual evaluation transform: bicubic, crop 0.95 at 224×224, ImageNet's statistics. A model's own metadata goes before it.</summary>
    public static Preprocessing Timm { get; } = new(224, 224, Interpolation.Bicubic, 0.95, ImageNetMean, ImageNetStd);

    /// <summary>Albumentations' <c>Resize</c> and <c>Normalize</c>: OpenCV's INTER_LINEAR stretch to 224×224, ImageNet's statistics.</summary>
    public static Preprocessing Albumentations { get; } = new(224, 224, Interpolation.OpenCvLinear, null, ImageNetMean, ImageNetStd);

    /// <inheritdoc/>
    public bool Equals(Preprocessing? other) => ReferenceEquals(this, other) || (other is not null
        && (Height, Width, Interpolation, Crop) == (other.Height, other.Width, other.Interpolation, other.Crop)
        && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std) && ChannelOrder.SequenceEqual(other.ChannelOrder)
        && (MeanImage is null ? other.MeanImage is null : other.MeanImage is { } image && MeanImage.Shape == image.Shape && MeanImage.Values.SequenceEqual(image.Values)));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode code = new();
        code.Add((Height, Width, Interpolation, Crop, MeanImage?.Shape));
        foreach (double number in Mean.Concat(Std))
        {
            code.Add(number);
        }

        foreach (int channel in ChannelOrder)
        {
            code.Add(channel);
        }

        return code.ToHashCode();
    }
}
