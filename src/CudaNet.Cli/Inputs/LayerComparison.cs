using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>One layer against its reference.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Result">How far apart they are.</param>
internal sealed record LayerComparison(LayerNode Layer, TensorComparison Result)
{
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

    /// <summary>Runs the reference's input once and compares each of its layers as it arrives.</summary>
    public static IReadOnlyList<LayerComparison> Run(Session session, ReferenceValues reference, Tolerance tolerance, CancellationToken cancellation)
    {
        List<LayerComparison> results = [];
        using InferenceRun run = session.Start(reference.Input, [.. reference.Layers.Select(l => l.Name)], cancellation);
        while (run.Next(out Observation o))
        {
            results.Add(new LayerComparison(o.Layer, TensorComparison.Compare(o.Shape, o.Values, reference.Expected(o.Layer), tolerance)));
        }

        return results;
    }
}
