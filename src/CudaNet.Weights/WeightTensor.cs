using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// One named tensor of a weight file: its description, and its values when asked. Valid until the file is disposed. Safe to read from several threads.
/// </summary>
public sealed class WeightTensor
{
    /// <summary>No network's names come near it.</summary>
    internal const int MaxNameLength = 256;

    private readonly ByteRegion _storage;
    private readonly TensorLayout _layout;
    private readonly bool _bigEndian;
    private readonly bool _isNegated;

    /// <param name="name">The name in the file.</param>
    /// <param name="type">Element type.</param>
    /// <param name="storage">The storage; the layout's elements lie inside it.</param>
    /// <param name="layout">Which of its elements.</param>
    /// <param name="bigEndian">The byte order of the storage.</param>
    /// <param name="isNegated">Whether its values are the storage's with the other sign.</param>
    internal WeightTensor(string name, WeightType type, ByteRegion storage, TensorLayout layout, bool bigEndian = false, bool isNegated = false)
    {
        if (name.Length > MaxNameLength || !Printable.IsPlain(name))
        {
            throw storage.Error(0, $"the name {Printable.Quote(name)} has {name.Length} characters, or some that are not shown as themselves; at most {MaxNameLength} plain ones are possible");
        }

        if (layout.Shape.ElementCount > Array.MaxLength / type.SizeBytes() || layout.Span > Array.MaxLength / type.SizeBytes())
        {
            throw storage.Error(0, $"tensor {Printable.Quote(name)} ({layout.Shape}, {type.TorchName()}) is larger than the 2 GiB supported");
        }

        (Name, StoredName, Type) = (name, name, type);
        (_storage, _layout, _bigEndian, _isNegated) = (storage, layout, bigEndian, isNegated);
    }

    private WeightTensor(WeightTensor other, string name)
        : this(other.StoredName, other.Type, other._storage, other._layout, other._bigEndian, other._isNegated) => Name = name;

    /// <summary>timm's name, wrappers and prefixes removed.</summary>
    public string Name { get; }

    /// <summary>The name in the file.</summary>
    public string StoredName { get; }

    /// <summary>How the file stores the elements.</summary>
    public WeightType Type { get; }

    /// <summary>Extents.</summary>
    public TensorShape Shape => _layout.Shape;

    /// <summary>True where <see cref="Read()"/> returns the file's own memory: fp32, little-endian, row-major, at an address that the processor reads them at, with its sign.</summary>
    public bool IsZeroCopy =>
        Type == WeightType.Float32 && !_bigEndian && !_isNegated && BitConverter.IsLittleEndian && _layout.IsContiguous && _storage.File.CanHoldFloats(Position);

    private long Position => _storage.Start + (_layout.Offset * Type.SizeBytes());

    private int SizeBytes => (int)Shape.ElementCount * Type.SizeBytes();

    /// <summary>
    /// The values in fp32, row-major: a view of the file where <see cref="IsZeroCopy"/>, otherwise a new array. fp16 and bf16 are exact,
    /// fp64 and int64 are rounded to nearest.
    /// </summary>
    /// <exception cref="WeightFormatException">The type has no meaning as weights (complex, 8 bits and fewer).</exception>
    public Tensor Read() => Read(copy: false);

    internal WeightTensor Rename(string name) => name == Name ? this : new(this, name);

    internal Tensor Read(bool copy)
    {
        if (IsZeroCopy && !copy)
        {
            return new Tensor(Shape, new MappedFloats(_storage.File, Position, (int)Shape.ElementCount).Memory);
        }

        if (!ElementConversion.CanConvert(Type))
        {
            throw new WeightFormatException($"tensor {Printable.Quote(Name)} is stored as {Type.TorchName()}, which cannot be weights") { File = _storage.File.Name };
        }

        float[] values = LargePages.AllocateArray((int)Shape.ElementCount);
        ElementConversion.ToSingle(ReadBytes(), Type, values);
        return new Tensor(Shape, values);
    }

    /// <summary>The elements as they are stored, but row-major, little-endian and with their sign: the file's own memory where it has them so.</summary>
    internal ReadOnlySpan<byte> ReadBytes()
    {
        int size = Type.SizeBytes();
        ReadOnlySpan<byte> span = _storage.Span(_layout.Offset * size, (int)_layout.Span * size);
        if (_layout.IsContiguous && !_isNegated && (!_bigEndian || size == 1))
        {
            return span[..SizeBytes];
        }

        byte[] bytes = new byte[SizeBytes];
        _layout.Gather(span, size, bytes);
        if (_bigEndian)
        {
            int width = Type is WeightType.Complex64 or WeightType.Complex128 ? size / 2 : size;
            for (int i = 0; i < bytes.Length; i += width)
            {
                bytes.AsSpan(i, width).Reverse();
            }
        }

        if (_isNegated)
        {
            ElementConversion.Negate(bytes, Type);
        }

        return bytes;
    }

    /// <summary>True where both have the same bits in fp32.</summary>
    internal bool HasSameValues(WeightTensor other) =>
        Shape == other.Shape
        && MemoryMarshal.AsBytes(Read().Values).SequenceEqual(MemoryMarshal.AsBytes(other.Read().Values));
}
