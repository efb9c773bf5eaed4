using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A value of a graph that does not depend on its input: elements of the file, or computed ones. Views of one storage are free.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Storage">Where the elements are.</param>
/// <param name="Layout">Which of its elements.</param>
internal sealed record OnnxConstant(WeightType Type, ByteRegion Storage, TensorLayout Layout) : OnnxValue
{
    /// <summary>Extents.</summary>
    public TensorShape Shape => Layout.Shape;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.ElementCount;

    /// <summary>True for whole numbers, as shapes and axes are.</summary>
    public bool IsWhole => Type is WeightType.Int64 or WeightType.Int32 or WeightType.Int16 or WeightType.Int8 or WeightType.UInt64 or WeightType.UInt32 or WeightType.UInt16 or WeightType.UInt8 or WeightType.Bool;

    /// <summary>Numbers as a constant of that type and shape; each is rounded to the type once.</summary>
    public static OnnxConstant Of(string file, WeightType type, TensorShape shape, ReadOnlySpan<double> numbers)
    {
        CheckCount(numbers.Length);
        byte[] bytes = new byte[numbers.Length * type.SizeBytes()];
        for (int i = 0; i < numbers.Length; i++)
        {
            Span<byte> element = bytes.AsSpan(i * type.SizeBytes());
            switch (type)
            {
                case WeightType.Float64:
                    BinaryPrimitives.WriteDoubleLittleEndian(element, numbers[i]);
                    break;
                case WeightType.Int64:
                    BinaryPrimitives.WriteInt64LittleEndian(element, (long)numbers[i]);
                    break;
                case WeightType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(element, (float)numbers[i]);
                    break;
                default:
                    throw new OnnxProblem($"a constant of {type.TorchName()} cannot be computed");
            }
        }

        return new OnnxConstant(type, new FileBytes(file, bytes).All, TensorLayout.Contiguous(shape));
    }

    /// <summary>Whole numbers as a constant.</summary>
    public static OnnxConstant Of(string file, TensorShape shape, ReadOnlySpan<long> numbers)
    {
        CheckCount(numbers.Length);
        return new(WeightType.Int64, new FileBytes(file, MemoryMarshal.AsBytes(numbers).ToArray()).All, TensorLayout.Contiguous(shape));
    }

    /// <exception cref="OnnxProblem">More numbers than an array has bytes for.</exception>
    public static void CheckCount(long count)
    {
        if (count > Array.MaxLength / sizeof(double))
        {
            throw new OnnxProblem($"a constant of {count} elements is too large to compute with");
        }
    }

    /// <summary>The elements in row-major order.</summary>
    /// <exception cref="OnnxProblem">They are no numbers.</exception>
    public double[] Numbers()
    {
        ReadOnlySpan<byte> bytes = Tensor("constant").ReadBytes();
        double[] numbers = new double[(int)Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            ReadOnlySpan<byte> element = bytes[(i * Type.SizeBytes())..];
            numbers[i] = Type switch
            {
                WeightType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
                WeightType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
                WeightType.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
                WeightType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                _ => Whole(element),
            };
        }

        return numbers;
    }

    /// <summary>The elements as whole numbers, in row-major order.</summary>
    /// <exception cref="OnnxProblem">They are none.</exception>
    public long[] Integers()
    {
        if (!IsWhole)
        {
            throw new OnnxProblem($"whole numbers are expected, not {Type.TorchName()}");
        }

        ReadOnlySpan<byte> bytes = Tensor("constant").ReadBytes();
        long[] numbers = new long[(int)Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Whole(bytes[(i * Type.SizeBytes())..]);
        }

        return numbers;
    }

    /// <summary>A view with the axes in another order.</summary>
    public OnnxConstant Transpose(ReadOnlySpan<int> axes)
    {
        int[] extents = new int[axes.Length];
        long[] strides = new long[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            (extents[i], strides[i]) = (Shape[axes[i]], Layout.Strides[axes[i]]);
        }

        return View(new TensorShape(extents), strides);
    }

    /// <summary>The elements under other extents and strides, which stay within those that it has.</summary>
    public OnnxConstant View(TensorShape shape, long[] strides) => this with { Layout = new TensorLayout(shape, Layout.Offset, strides, Layout.Span) };

    /// <summary>The same elements in the same order under other extents.</summary>
    /// <param name="shape">The extents.</param>
    /// <param name="budget">What a copy may take, where the elements are not as they lie in memory.</param>
    /// <exception cref="OnnxProblem">They are not as many.</exception>
    public OnnxConstant Reshape(TensorShape shape, ReadBudget budget)
    {
        if (shape.ElementCount != Count)
        {
            throw new OnnxProblem($"a constant of shape {Shape} cannot take the shape {shape}");
        }

        if (!Layout.IsContiguous)
        {
            budget.Take(2 * Count * Type.SizeBytes(), Storage.File.Name);
        }

        return Layout.IsContiguous
            ? this with { Layout = TensorLayout.Contiguous(shape) with { Offset = Layout.Offset } }
            : new OnnxConstant(Type, new FileBytes(Storage.File.Name, Tensor("constant").ReadBytes().ToArray()).All, TensorLayout.Contiguous(shape));
    }

    /// <summary>The tensor under a name.</summary>
    public WeightTensor Tensor(string name) => new(name, Type, Storage, Layout);

    private long Whole(ReadOnlySpan<byte> element) => Type switch
    {
        WeightType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        WeightType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element) is var value and <= long.MaxValue ? (long)value : throw new OnnxProblem("a whole number is larger than 2⁶³ − 1"),
        WeightType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        WeightType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        WeightType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        WeightType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        WeightType.Int8 => (sbyte)element[0],
        WeightType.UInt8 or WeightType.Bool => element[0],
        _ => throw new OnnxProblem($"numbers are expected, not {Type.TorchName()}"),
    };
}
