using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Data;

/// <summary>
/// Pillow's <c>Image.resize</c> for 8-bit images, equal in every byte: two passes, each a fixed-point sum rounded and clamped to a byte. As in
/// Pillow 13, columns go first unless rows shrink, and more than three times as much as columns; earlier versions always take columns first.
/// </summary>
internal static class PillowResize
{
    private const int Half = 1 << (PillowWeights.FractionBits - 1);

    public static PixelImage Run(PixelImage image, ResizeAxis rows, ResizeAxis columns, PillowFilter filter)
    {
        PillowWeights vertical = new(rows, filter), horizontal = new(columns, filter);
        if (RowsGoFirst(rows, columns))
        {
            PixelImage lowered = ResizeRows(image, 0, vertical, rows.Length);
            return ResizeColumns(lowered, 0, rows.Length, horizontal, columns.Length);
        }

        int firstRow = vertical.FirstSource;
        PixelImage narrowed = ResizeColumns(image, firstRow, vertical.EndSource - firstRow, horizontal, columns.Length);
        return ResizeRows(narrowed, firstRow, vertical, rows.Length);
    }

    private static bool RowsGoFirst(ResizeAxis rows, ResizeAxis columns) =>
        rows.Source > rows.Full && (double)rows.Source / rows.Full > 3 * ((double)columns.Source / columns.Full);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PixelImage ResizeColumns(PixelImage image, int firstRow, int rowCount, PillowWeights weights, int width)
    {
        byte[] result = new byte[checked(rowCount * width * 3)];
        for (int y = 0; y < rowCount; y++)
        {
            ReadOnlySpan<byte> source = image.Row(firstRow + y);
            Span<byte> target = result.AsSpan(y * width * 3, width * 3);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<int> taps = weights.Of(x, out int first);
                ReadOnlySpan<byte> pixels = source.Slice(first * 3, taps.Length * 3);
                int red = Half, green = Half, blue = Half;
                for (int k = 0; k < taps.Length; k++)
                {
                    red += pixels[k * 3] * taps[k];
                    green += pixels[(k * 3) + 1] * taps[k];
                    blue += pixels[(k * 3) + 2] * taps[k];
                }

                target[x * 3] = ToByte(red);
                target[(x * 3) + 1] = ToByte(green);
                target[(x * 3) + 2] = ToByte(blue);
            }
        }

        return new PixelImage(rowCount, width, result);
    }

    /// <summary>The rows of <paramref name="image"/> are those of the source from <paramref name="firstRow"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PixelImage ResizeRows(PixelImage image, int firstRow, PillowWeights weights, int height)
    {
        int rowBytes = image.Width * 3;
        byte[] result = new byte[checked(height * rowBytes)];
        int[] sums = new int[rowBytes];
        for (int y = 0; y < height; y++)
        {
            sums.AsSpan().Fill(Half);
            ReadOnlySpan<int> taps = weights.Of(y, out int first);
            for (int k = 0; k < taps.Length; k++)
            {
                AddScaled(image.Row(first - firstRow + k), taps[k], sums);
            }

            Span<byte> target = result.AsSpan(y * rowBytes, rowBytes);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = ToByte(sums[i]);
            }
        }

        return new PixelImage(height, image.Width, result);
    }

    /// <summary>sums += source · tap; integers, so the vector width changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ReadOnlySpan<byte> source, int tap, Span<int> sums)
    {
        int i = 0;
        for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out Vector<ushort> low, out Vector<ushort> high);
            AddScaled(low, tap, sums[i..]);
            AddScaled(high, tap, sums[(i + Vector<ushort>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            sums[i] += source[i] * tap;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(Vector<ushort> source, int tap, Span<int> sums)
    {
        Vector.Widen(source, out Vector<uint> low, out Vector<uint> high);
        Span<Vector<int>> target = MemoryMarshal.Cast<int, Vector<int>>(sums)[..2];
        target[0] += Vector.AsVectorInt32(low) * tap;
        target[1] += Vector.AsVectorInt32(high) * tap;
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> PillowWeights.FractionBits, 0, 255);
}
