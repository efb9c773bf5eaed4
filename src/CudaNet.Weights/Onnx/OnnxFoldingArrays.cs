using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Folds what takes constants apart and puts them together: weights in another order of channels, means that are joined of single numbers.</summary>
internal static class OnnxFoldingArrays
{
    public static OnnxValue Gather(OnnxCall call)
    {
        OnnxConstant constant = call.Constant(0), indices = call.Constant(1);
        int axis = Axis(call.Integer("axis", 0), constant.Shape.Rank);
        if (indices.Shape.Rank > 1)
        {
            throw new OnnxProblem("it takes a table of indices");
        }

        OnnxConstant taken = Take(call, constant, axis, indices.Integers());
        int[] extents = taken.Shape.Extents.ToArray();
        return indices.Shape.Rank == 1 ? taken : taken.Reshape(new TensorShape([.. extents.Take(axis), .. extents.Skip(axis + 1)]), call.Budget);
    }

    public static OnnxValue Slice(OnnxCall call)
    {
        OnnxConstant constant = call.Constant(0);
        if (call.IntegersOrInput("starts", 1) is not { } starts || call.IntegersOrInput("ends", 2) is not { } ends || ends.Length != starts.Length)
        {
            throw new OnnxProblem("starts and ends are not as many");
        }

        long[] axes = call.IntegersOrInput("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(a => (long)a)];
        long[] steps = call.Optional(4)?.Integers() ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (axes.Length != starts.Length || steps.Length != starts.Length)
        {
            throw new OnnxProblem("starts, axes and steps are not as many");
        }

        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Axis(axes[i], constant.Shape.Rank);
            call.Budget.Take(constant.Shape[axis] * (long)sizeof(long), call.Node.Shown);
            constant = Take(call, constant, axis, OnnxFolding.Range(starts[i], ends[i], steps[i], constant.Shape[axis]));
        }

        return constant;
    }

    public static OnnxValue Concat(OnnxCall call)
    {
        OnnxConstant[] parts = OfOneType(call, [.. Enumerable.Range(0, call.Inputs.Count).Select(call.Constant)]);
        int axis = Axis(call.Integer("axis", 0), parts[0].Shape.Rank);
        int[] extents = parts[0].Shape.Extents.ToArray();
        long joined = 0;
        foreach (OnnxConstant part in parts)
        {
            int[] own = part.Shape.Extents.ToArray();
            if (own.Length != extents.Length || own.Where((e, a) => a != axis && e != extents[a]).Any())
            {
                throw new OnnxProblem($"constants of the shapes {parts[0].Shape} and {part.Shape} do not fit together");
            }

            joined += own[axis];
        }

        extents[axis] = (int)Math.Min(joined, int.MaxValue);
        TensorShape shape = new(extents);
        Span<byte> bytes = Room(call, shape, parts[0].Type, out OnnxConstant result);
        if (bytes.IsEmpty)
        {
            return result;
        }

        int outer = extents.Take(axis).Aggregate(1, (a, b) => a * b), place = 0;
        byte[][] stored = [.. parts.Select(p => p.Tensor("constant").ReadBytes().ToArray())];
        for (int i = 0; i < outer; i++)
        {
            foreach (byte[] part in stored)
            {
                int row = part.Length / outer;
                part.AsSpan(i * row, row).CopyTo(bytes[place..]);
                place += row;
            }
        }

        return result;
    }

    /// <summary>Casts to a wider type are left out, so that types may differ where the file's do not.</summary>
    private static OnnxConstant[] OfOneType(OnnxCall call, OnnxConstant[] parts) =>
        Array.TrueForAll(parts, p => p.Type == parts[0].Type) ? parts
        : Array.TrueForAll(parts, p => p.IsWhole) ? [.. parts.Select(p => OnnxConstant.Of(call.File, p.Shape, p.Integers()))]
        : [.. parts.Select(p => OnnxConstant.Of(call.File, WeightType.Float64, p.Shape, p.Numbers()))];

    /// <summary>The elements at some places of an axis.</summary>
    private static OnnxConstant Take(OnnxCall call, OnnxConstant constant, int axis, IReadOnlyList<long> indices)
    {
        int[] extents = constant.Shape.Extents.ToArray();
        int count = extents[axis], size = constant.Type.SizeBytes();
        extents[axis] = indices.Count;
        Span<byte> bytes = Room(call, new TensorShape(extents), constant.Type, out OnnxConstant result);
        if (bytes.IsEmpty)
        {
            return result;
        }

        ReadOnlySpan<byte> stored = constant.Tensor("constant").ReadBytes();
        int outer = extents.Take(axis).Aggregate(1, (a, b) => a * b), row = size * extents.Skip(axis + 1).Aggregate(1, (a, b) => a * b);
        for (int i = 0, place = 0; i < outer; i++)
        {
            foreach (long index in indices)
            {
                int own = index >= -count && index < count ? (int)(index < 0 ? index + count : index) : throw new OnnxProblem($"it takes element {index} of {count}");
                stored.Slice(((i * count) + own) * row, row).CopyTo(bytes[place..]);
                place += row;
            }
        }

        return result;
    }

    private static Span<byte> Room(OnnxCall call, TensorShape shape, WeightType type, out OnnxConstant result)
    {
        OnnxConstant.CheckCount(shape.ElementCount);
        call.Budget.Take(2 * shape.ElementCount * type.SizeBytes(), call.Node.Shown);
        byte[] bytes = new byte[shape.ElementCount * type.SizeBytes()];
        result = new OnnxConstant(type, new FileBytes(call.File, bytes).All, TensorLayout.Contiguous(shape));
        return bytes;
    }

    private static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new OnnxProblem($"axis is {axis} of {rank} dimensions");
}
