using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>Which part of which resized image a <see cref="Preprocessing"/> asks for, with timm's and torchvision's roundings.</summary>
internal static class ResizeGeometry
{
    public static (ResizeAxis Rows, ResizeAxis Columns) For(int height, int width, Preprocessing rule)
    {
        if (rule.Crop is not { } crop)
        {
            return (ResizeAxis.Whole(height, rule.Height), ResizeAxis.Whole(width, rule.Width));
        }

        (long rows, long columns) = ResizedSize(height, width, (long)Math.Floor(rule.Height / crop), (long)Math.Floor(rule.Width / crop));
        return (Centre(height, rows, rule.Height), Centre(width, columns, rule.Width));
    }

    /// <summary>
    /// The size that covers the target while keeping the aspect. Square targets follow torchvision's <c>Resize(int)</c>: the shorter side
    /// fits, the longer is truncated. Others follow timm's <c>ResizeKeepRatio</c>: both sides over the smaller ratio, rounded half to even.
    /// </summary>
    private static (long Rows, long Columns) ResizedSize(int height, int width, long targetHeight, long targetWidth)
    {
        if (targetHeight == targetWidth)
        {
            return height <= width ? (targetHeight, targetHeight * width / height) : (targetHeight * height / width, targetHeight);
        }

        double ratio = Math.Min((double)height / targetHeight, (double)width / targetWidth);
        return ((long)Math.Round(height / ratio), (long)Math.Round(width / ratio));
    }

    /// <summary>torchvision's <c>CenterCrop</c>: half the excess, rounded half to even.</summary>
    private static ResizeAxis Centre(int source, long full, int length) => new(source, full, (long)Math.Round((full - length) / 2.0), length);
}
