using System.Runtime.CompilerServices;

namespace CudaNet.Data;

/// <summary>
/// OpenCV's <c>cv2.resize</c> with INTER_LINEAR for 8-bit images, equal in every byte: two taps an axis with 11-bit weights and no
/// antialiasing, except that an exact halving of both sides is the mean of 2×2 pixels.
/// </summary>
internal static class OpenCvResize
{
    private const int One = 1 << 11;

    public static PixelImage Run(PixelImage image, ResizeAxis rows, ResizeAxis columns)
    {
        byte[] result = new byte[checked(rows.Length * columns.Length * 3)];
        if (rows.Source == rows.Full * 2 && columns.Source == columns.Full * 2)
        {
            Halve(image, rows, columns, result);
        }
        else
        {
            Interpolate(image, rows, columns, result);
        }

        return new PixelImage(rows.Length, columns.Length, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Halve(PixelImage image, ResizeAxis rows, ResizeAxis columns, Span<byte> result)
    {
        for (int y = 0, at = 0; y < rows.Length; y++)
        {
            int sourceRow = (int)(rows.Offset + y) * 2;
            ReadOnlySpan<byte> upper = image.Row(sourceRow)[((int)columns.Offset * 6)..];
            ReadOnlySpan<byte> lower = image.Row(sourceRow + 1)[((int)columns.Offset * 6)..];
            for (int x = 0; x < columns.Length * 6; x += 6)
            {
                for (int c = x; c < x + 3; c++)
                {
                    result[at++] = (byte)((upper[c] + upper[c + 3] + lower[c] + lower[c + 3] + 2) >> 2);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interpolate(PixelImage image, ResizeAxis rows, ResizeAxis columns, Span<byte> result)
    {
        Tap[] across = new Tap[columns.Length];
        for (int x = 0; x < across.Length; x++)
        {
            across[x] = Column(columns, x);
        }

        int rowLength = columns.Length * 3;
        (int[] upper, int[] lower) = (new int[rowLength], new int[rowLength]);
        (int upperRow, int lowerRow) = (-1, -1);
        for (int y = 0; y < rows.Length; y++)
        {
            // Both row numbers are clamped and the weights stay, so that a border row is rounded twice.
            Tap tap = Tap.At(rows, y);
            (int first, int second) = (Math.Clamp(tap.First, 0, rows.Source - 1), Math.Clamp(tap.First + 1, 0, rows.Source - 1));
            if (first == lowerRow)
            {
                (upper, lower, upperRow, lowerRow) = (lower, upper, lowerRow, upperRow);
            }

            upperRow = FillRow(image, first, upperRow, across, upper);
            lowerRow = FillRow(image, second, lowerRow, across, lower);
            Blend(upper, lower, tap, result.Slice(y * rowLength, rowLength));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, Tap tap, Span<byte> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            int sum = ((tap.FirstWeight * (upper[i] >> 4)) >> 16) + ((tap.SecondWeight * (lower[i] >> 4)) >> 16);
            target[i] = (byte)((sum + 2) >> 2);
        }
    }

    /// <summary>A column beyond the border becomes the border column alone.</summary>
    private static Tap Column(ResizeAxis axis, int index)
    {
        Tap tap = Tap.At(axis, index);
        return tap.First < 0 ? new Tap(0, One, 0) : tap.First >= axis.Source - 1 ? new Tap(axis.Source - 1, One, 0) : tap;
    }

    /// <summary>Horizontal sums of one source row, unless <paramref name="target"/> holds them already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FillRow(PixelImage image, int row, int held, ReadOnlySpan<Tap> across, Span<int> target)
    {
        if (row != held)
        {
            ReadOnlySpan<byte> source = image.Row(row);
            for (int x = 0; x < across.Length; x++)
            {
                Tap tap = across[x];
                int first = tap.First * 3;
                int second = tap.SecondWeight == 0 ? first : first + 3;
                for (int c = 0; c < 3; c++)
                {
                    target[(x * 3) + c] = (source[first + c] * tap.FirstWeight) + (source[second + c] * tap.SecondWeight);
                }
            }
        }

        return row;
    }

    /// <summary>The two neighbours of a result: the index of the first, and a weight for each. The position is rounded to float, as there.</summary>
    private readonly record struct Tap(int First, int FirstWeight, int SecondWeight)
    {
        public static Tap At(ResizeAxis axis, int index)
        {
            double scale = 1 / ((double)axis.Full / axis.Source);
            float position = (float)(((axis.Offset + index + 0.5) * scale) - 0.5);
            int first = (int)MathF.Floor(position);
            float fraction = position - first;
            return new Tap(first, (int)MathF.Round((1 - fraction) * One), (int)MathF.Round(fraction * One));
        }
    }
}
