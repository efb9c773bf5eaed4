using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What the values of a tensor file show of how it was made.</summary>
internal static class InputValues
{
    /// <summary>A normalised image's values stay within a few units; pixels that nobody divided go up to here.</summary>
    private const float LeastPixel = 20, MostPixel = 255;

    /// <summary>A sentence, or null where nothing stands out.</summary>
    public static string? Note(Tensor tensor)
    {
        ReadOnlySpan<float> values = tensor.Values;
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        int first = -1, faults = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                first = faults++ == 0 ? i : first;
                continue;
            }

            least = Math.Min(least, values[i]);
            most = Math.Max(most, values[i]);
        }

        return faults > 0 ? $"{Format.Plural(faults, "value")} of the input {(faults == 1 ? "is" : "are")} NaN or infinite, the first at {Place(tensor.Shape, first)}"
            : least >= 0 && most is >= LeastPixel and <= MostPixel ? "the values look like pixels from 0 to 255: a tensor is used as it is, neither divided by 255 nor normalised"
            : null;
    }

    private static string Place(TensorShape shape, int index)
    {
        int[] position = new int[shape.Rank];
        for (int axis = position.Length - 1; axis >= 0; axis--)
        {
            (index, position[axis]) = Math.DivRem(index, shape[axis]);
        }

        return $"[{string.Join(',', position)}]";
    }
}
