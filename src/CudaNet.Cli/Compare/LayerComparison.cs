using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>One layer against values from somewhere else.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Result">How far apart they are.</param>
/// <param name="Stored">What the values are called where they come from.</param>
/// <param name="Meant">The layer that this name stands for: <paramref name="Layer"/>, unless the values are another's.</param>
internal sealed record LayerComparison(LayerNode Layer, TensorComparison Result, string Stored, LayerNode Meant)
{
    /// <summary>True where the values were overwritten in place before they were kept: nothing is known of <see cref="Meant"/>.</summary>
    public bool IsOverwritten { get; init; }

    /// <summary>True where the values are those of a module's last call.</summary>
    public bool IsLastCall { get; init; }

    /// <summary>What was found, in a word.</summary>
    public string Verdict => !Result.Passed ? "BEYOND" : IsOverwritten ? "overwritten" : "ok";

    /// <summary>False: nothing could be computed.</summary>
    public bool HasSameShape => Result.ActualShape == Result.ExpectedShape;

    /// <summary>The largest absolute difference; NaN where nothing could be computed.</summary>
    public double Max => HasSameShape ? Result.MaxError : double.NaN;

    /// <summary>The same over the largest magnitude.</summary>
    public double MaxOfLargest => HasSameShape ? Result.MaxErrorOfLargest : double.NaN;

    /// <summary>The mean absolute difference.</summary>
    public double Mean => HasSameShape ? Result.MeanError : double.NaN;

    /// <summary>Where the worst element is, <c>[0,12,3,40]</c>; empty where there is none.</summary>
    public IReadOnlyList<int> WorstPosition
    {
        get
        {
            if (Result.WorstIndex < 0)
            {
                return [];
            }

            int[] position = new int[Result.ExpectedShape.Rank];
            long rest = Result.WorstIndex;
            for (int axis = position.Length - 1; axis >= 0; axis--)
            {
                (rest, long place) = Math.DivRem(rest, Result.ExpectedShape[axis]);
                position[axis] = (int)place;
            }

            return position;
        }
    }

    /// <summary>Compares, where the expected values have the same shape but for extents of 1 behind channels: N×C×1×1 is N×C.</summary>
    public static TensorComparison Compare(in Observation actual, Tensor expected, Tolerance tolerance)
    {
        bool same = expected.Shape != actual.Shape && WithoutOnes(expected.Shape).SequenceEqual(WithoutOnes(actual.Shape));
        return TensorComparison.Compare(actual.Shape, actual.Values, same ? new Tensor(actual.Shape, expected.Memory) : expected, tolerance);
    }

    private static ReadOnlySpan<int> WithoutOnes(TensorShape shape)
    {
        ReadOnlySpan<int> extents = shape.Extents;
        while (extents.Length > 2 && extents[^1] == 1)
        {
            extents = extents[..^1];
        }

        return extents;
    }
}
