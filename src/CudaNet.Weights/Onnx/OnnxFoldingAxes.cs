using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Folds what computes shapes: lists of whole numbers, of which some may depend on the batch. Constants keep their elements where they only change shape.</summary>
internal static class OnnxFoldingAxes
{
    public static OnnxValue Squeeze(OnnxCall call)
    {
        long[]? axes = call.IntegersOrInput("axes", 1);
        if (call.Input(0) is OnnxExtents extents)
        {
            return extents.Values.Count == 1 ? new OnnxExtents(extents.Values, IsScalar: true) : throw new OnnxProblem("it makes one extent of several");
        }

        OnnxConstant constant = call.Constant(0);
        int rank = constant.Shape.Rank;
        HashSet<long>? removed = axes is null ? null : [.. axes.Select(a => a < 0 ? a + rank : a)];
        int[] kept = [.. Enumerable.Range(0, rank).Where(a => removed is null ? constant.Shape[a] != 1 : !removed.Contains(a)).Select(a => constant.Shape[a])];
        return constant.Reshape(new TensorShape(kept), call.Budget);
    }

    public static OnnxValue Unsqueeze(OnnxCall call)
    {
        long[] axes = call.IntegersOrInput("axes", 1) ?? throw new OnnxProblem("axes are missing");
        if (call.Input(0) is OnnxExtents extents)
        {
            return extents.IsScalar && axes is [0 or -1] ? new OnnxExtents(extents.Values, IsScalar: false) : throw new OnnxProblem("it gives extents a second dimension");
        }

        OnnxConstant constant = call.Constant(0);
        int rank = constant.Shape.Rank + axes.Length;
        HashSet<long> added = [.. axes.Select(a => a < 0 ? a + rank : a)];
        if (added.Count != axes.Length || rank > TensorShape.MaxRank || added.Any(a => a < 0 || a >= rank))
        {
            throw new OnnxProblem($"axes are {string.Join(", ", axes.Take(8))}");
        }

        Queue<int> own = new(constant.Shape.Extents.ToArray());
        return constant.Reshape(new TensorShape([.. Enumerable.Range(0, rank).Select(a => added.Contains(a) ? 1 : own.Dequeue())]), call.Budget);
    }

    public static OnnxValue Gather(OnnxCall call)
    {
        call.Require("axis", 0);
        IReadOnlyList<OnnxExtent> values = OnnxFolding.Extents(call.Input(0));
        OnnxConstant indices = call.Constant(1);
        return indices.Shape.Rank <= 1
            ? OnnxFolding.Result(call, [.. indices.Integers().Select(i => values[Index(i, values.Count)])], indices.Shape.Rank == 0)
            : throw new OnnxProblem("it takes a table of indices");
    }

    public static OnnxValue Slice(OnnxCall call)
    {
        IReadOnlyList<OnnxExtent> values = OnnxFolding.Extents(call.Input(0));
        long[]? starts = call.IntegersOrInput("starts", 1), ends = call.IntegersOrInput("ends", 2), axes = call.IntegersOrInput("axes", 3), steps = call.Optional(4)?.Integers();
        return starts is [var start] && ends is [var end] && axes is null or [0 or -1] && steps is null or [_]
            ? OnnxFolding.Result(call, [.. OnnxFolding.Range(starts![0], ends![0], steps?[0] ?? 1, values.Count).Select(i => values[(int)i])], isScalar: false)
            : throw new OnnxProblem("it cuts a constant of several dimensions");
    }

    public static OnnxValue Concat(OnnxCall call)
    {
        call.Ignore("axis");
        return OnnxFolding.Result(call, [.. call.Inputs.SelectMany(OnnxFolding.Extents)], isScalar: false);
    }

    /// <summary>Arithmetic of extents: what depends on the batch stays so.</summary>
    public static OnnxValue Compute(OnnxCall call, Func<double, double, double> compute)
    {
        IReadOnlyList<OnnxExtent> a = OnnxFolding.Extents(call.Input(0)), b = OnnxFolding.Extents(call.Input(1));
        int count = Math.Max(a.Count, b.Count);
        if ((a.Count != count && a.Count != 1) || (b.Count != count && b.Count != 1))
        {
            throw new OnnxProblem("it computes with lists of extents of different lengths");
        }

        OnnxExtent One(OnnxExtent x, OnnxExtent y) => x.Value is { } left && y.Value is { } right && !x.IsBatch && !y.IsBatch
            ? Math.Truncate(compute(left, right)) is var result && Math.Abs(result) <= 1L << 53 ? new OnnxExtent((long)result) : throw new OnnxProblem("it computes extents that are out of range")
            : new OnnxExtent(null);
        return OnnxFolding.Result(call, [.. Enumerable.Range(0, count).Select(i => One(a[a.Count == 1 ? 0 : i], b[b.Count == 1 ? 0 : i]))], IsScalar(call.Input(0)) && IsScalar(call.Input(1)));
    }

    /// <summary>Of two lists the one or the other's extents.</summary>
    public static OnnxValue Where(OnnxCall call)
    {
        IReadOnlyList<OnnxExtent>[] lists = [.. Enumerable.Range(0, 3).Select(i => OnnxFolding.Extents(call.Input(i)))];
        int count = lists.Max(l => l.Count);
        if (lists.Any(l => l.Count != count && l.Count != 1))
        {
            throw new OnnxProblem("it chooses from lists of extents of different lengths");
        }

        OnnxExtent At(int list, int i) => lists[list][lists[list].Count == 1 ? 0 : i];
        OnnxExtent One(int i) => At(0, i) is { Value: { } choice, IsBatch: false } ? At(choice != 0 ? 1 : 2, i) : new OnnxExtent(null);
        return OnnxFolding.Result(call, [.. Enumerable.Range(0, count).Select(One)], Enumerable.Range(0, 3).All(i => IsScalar(call.Input(i))));
    }

    private static bool IsScalar(OnnxValue? value) => value is OnnxExtents { IsScalar: true } or OnnxConstant { Shape.Rank: 0 };

    private static int Index(long index, int count) => index >= -count && index < count ? (int)(index < 0 ? index + count : index) : throw new OnnxProblem($"it takes element {index} of {count}");
}
