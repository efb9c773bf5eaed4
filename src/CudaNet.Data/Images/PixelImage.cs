using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>A decoded image on the host: 8-bit RGB, H×W×3, rows from the top, no padding. Immutable as long as nobody writes to its array.</summary>
public sealed class PixelImage
{
    private readonly byte[] _rgb;

    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="rgb">Exactly <paramref name="height"/> × <paramref name="width"/> × 3 bytes; not copied.</param>
    /// <exception cref="ShapeException">The lengths differ or a side is below 1.</exception>
    public PixelImage(int height, int width, byte[] rgb)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        if (height < 1 || width < 1 || rgb.Length != 3L * height * width)
        {
            throw new ShapeException($"an RGB image of {height}×{width} pixels does not have {rgb.Length} bytes");
        }

        Height = height;
        Width = width;
        _rgb = rgb;
    }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>All bytes, H×W×3.</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <summary>The 3·<see cref="Width"/> bytes of row <paramref name="y"/>.</summary>
    public ReadOnlySpan<byte> Row(int y) => _rgb.AsSpan(checked(y * Width * 3), Width * 3);

    /// <summary>
    /// The same image with all three channels set to its luminance, by the ITU-R 601-2 weights in 16-bit fixed point (Pillow's
    /// <c>convert('L')</c>). A grey image keeps every byte.
    /// </summary>
    public PixelImage ToLuminance()
    {
        byte[] grey = new byte[_rgb.Length];
        for (int i = 0; i < grey.Length; i += 3)
        {
            int sum = (_rgb[i] * 19_595) + (_rgb[i + 1] * 38_470) + (_rgb[i + 2] * 7_471);
            grey.AsSpan(i, 3).Fill((byte)((sum + 0x8000) >> 16));
        }

        return new PixelImage(Height, Width, grey);
    }
}
