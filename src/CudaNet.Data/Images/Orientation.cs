using System.Runtime.CompilerServices;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>Copies RGBA pixels to RGB, turned and mirrored as one of EXIF's eight orientations says.</summary>
internal static class Orientation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PixelImage ToRgb(ReadOnlySpan<byte> rgba, int height, int width, SKEncodedOrigin origin)
    {
        // In stored pixels: where the upright image begins, and what one step right and one step down in it amount to.
        (int start, int right, int down) = origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, -1, width),
            SKEncodedOrigin.BottomRight => ((height * width) - 1, -1, -width),
            SKEncodedOrigin.BottomLeft => ((height - 1) * width, 1, -width),
            SKEncodedOrigin.LeftTop => (0, width, 1),
            SKEncodedOrigin.RightTop => ((height - 1) * width, -width, 1),
            SKEncodedOrigin.RightBottom => ((height * width) - 1, -width, -1),
            SKEncodedOrigin.LeftBottom => (width - 1, width, -1),
            _ => (0, 1, width),
        };
        bool turned = origin >= SKEncodedOrigin.LeftTop;
        (int rows, int columns) = turned ? (width, height) : (height, width);
        byte[] rgb = GC.AllocateUninitializedArray<byte>(checked(rows * columns * 3));
        int written = 0;
        for (int y = 0; y < rows; y++)
        {
            int pixel = start + (y * down);
            for (int x = 0; x < columns; x++, pixel += right, written += 3)
            {
                rgba.Slice(pixel * 4, 3).CopyTo(rgb.AsSpan(written));
            }
        }

        return new PixelImage(rows, columns, rgb);
    }
}
