using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// An array as NumPy pickles it (<c>numpy/core/src/multiarray/methods.c</c>, <c>array_reduce</c>): made empty, and given its shape, type and bytes afterwards, or all at
/// once (<c>_frombuffer</c>).
/// </summary>
internal sealed class NumpyArray
{
    private const int StateMembers = 5;

    /// <summary>What the values are; a malformed tensor where that is not understood, and until the state is there.</summary>
    public object Value { get; private set; } = new MalformedTensor("is a NumPy array without values");

    /// <summary>An array of all its values at once: bytes, type, shape, order.</summary>
    public static NumpyArray FromBuffer(object?[] arguments)
    {
        NumpyArray array = new();
        array.Value = arguments is [PickleBytes data, NumpyType type, var shape, string order]
            ? Tensor(shape, type, order == "F", data)
            : new MalformedTensor("is a NumPy array that is described in an unknown way");
        return array;
    }

    /// <summary>The argument of BUILD: version, shape, type, whether the first axis is innermost, bytes.</summary>
    public void Build(object? state) => Value = state is object?[] { Length: StateMembers } and [_, var shape, NumpyType type, bool isFortran, PickleBytes data]
        ? Tensor(shape, type, isFortran, data)
        : new MalformedTensor("is a NumPy array with a state that is not understood");

    private static object Tensor(object? shape, NumpyType type, bool isFortran, PickleBytes data)
    {
        if (type.Type is not { } element || !RebuildArgument.Size.Fits(shape))
        {
            return new MalformedTensor($"is a NumPy array of {Printable.Quote(type.Code)}, which is no number that weights can be");
        }

        long[] extents = TensorState.Numbers(shape);
        long[] strides = new long[extents.Length];
        long stride = 1;
        for (int i = 0; i < extents.Length; i++)
        {
            int axis = isFortran ? i : extents.Length - 1 - i;
            strides[axis] = stride;
            stride = unchecked(stride * Math.Max(extents[axis], 1));
        }

        StorageReference storage = new(element, "(bytes)", data.Length / element.SizeBytes(), 0) { Bytes = data, IsBigEndian = type.IsBigEndian };
        return new TensorReference(storage, element, 0, extents, strides, IsNegated: false);
    }
}

/// <summary>NumPy's element type: made from a code (<c>f4</c>), and given its byte order afterwards.</summary>
/// <param name="code">Kind and size in bytes.</param>
internal sealed class NumpyType(string code)
{
    public string Code => code;

    /// <summary>Null where it is no such number.</summary>
    public WeightType? Type => WeightTypes.FromNumpy(code);

    public bool IsBigEndian { get; private set; }

    /// <summary>The argument of BUILD: version, byte order, and what only structures have.</summary>
    public void Build(object? state) => IsBigEndian = state is object?[] and [_, ">", ..];
}
