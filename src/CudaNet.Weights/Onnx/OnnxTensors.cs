using System.Buffers.Binary;
using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Where a file's stored tensors have their elements: in the file, in another one of its folder, or in numbers that have to be decoded.</summary>
/// <param name="source">The file.</param>
internal sealed class OnnxTensors(FormatSource source)
{
    private const int FloatData = 4, Int32Data = 5, Int64Data = 7, DoubleData = 10, Uint64Data = 11;

    private const long Text = 8;

    private readonly Dictionary<string, FileBytes> _files = new(StringComparer.Ordinal);

    /// <summary>The element type of a number of <c>TensorProto.DataType</c>; null for what is no tensor of numbers here.</summary>
    public static WeightType? TypeOf(long dataType) => dataType switch
    {
        1 => WeightType.Float32,
        2 => WeightType.UInt8,
        3 => WeightType.Int8,
        4 => WeightType.UInt16,
        5 => WeightType.Int16,
        6 => WeightType.Int32,
        7 => WeightType.Int64,
        9 => WeightType.Bool,
        10 => WeightType.Float16,
        11 => WeightType.Float64,
        12 => WeightType.UInt32,
        13 => WeightType.UInt64,
        14 => WeightType.Complex64,
        15 => WeightType.Complex128,
        16 => WeightType.BFloat16,
        17 => WeightType.Float8E4M3,
        19 => WeightType.Float8E5M2,
        _ => null,
    };

    /// <exception cref="WeightFormatException">The tensor is malformed, or its file is not there.</exception>
    /// <exception cref="OnnxProblem">Its element type is not read.</exception>
    public OnnxConstant Constant(OnnxTensor tensor)
    {
        string name = Printable.Quote(tensor.Name);
        WeightType type = TypeOf(tensor.DataType) ?? throw new OnnxProblem(tensor.DataType == Text ? $"the constant {name} is of texts" : $"the constant {name} has elements of type {tensor.DataType}, which are not read");
        if (tensor.IsSegment)
        {
            throw tensor.Place.Error(0, $"the constant {name} is stored in segments, which nothing writes");
        }

        TensorShape shape;
        try
        {
            shape = TensorLayout.ShapeOf([.. tensor.Extents]);
        }
        catch (ShapeException exception)
        {
            throw tensor.Place.Error(0, $"the constant {name}: {exception.Message}", inner: exception);
        }

        ByteRegion data = tensor.IsExternal ? External(tensor) : tensor.Raw ?? Typed(tensor, type, shape.ElementCount);
        Int128 expected = (Int128)shape.ElementCount * type.SizeBytes();
        return data.Length == expected ? new OnnxConstant(type, data, TensorLayout.Contiguous(shape))
            : throw tensor.Place.Error(0, $"the constant {name} ({shape}, {type.TorchName()}) has {data.Length} bytes, not {expected}", "Export or download it again.");
    }

    private ByteRegion External(OnnxTensor tensor)
    {
        string name = Printable.Quote(tensor.Name);
        string location = tensor.Location;
        string shown = Printable.Quote(location);
        if (source.Folder is not { } folder)
        {
            throw tensor.Place.Error(0, $"the constant {name} is in another file ({shown}), and there is no folder to find it in", "Open the model by its path.");
        }

        if (location.Length == 0 || Path.IsPathRooted(location) || location.AsSpan().IndexOfAny("\\:\0") >= 0 || location.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw tensor.Place.Error(0, $"the constant {name} is in {shown}, which is no place inside the model's own folder");
        }

        if (!_files.TryGetValue(location, out FileBytes? file))
        {
            if (!File.Exists(Path.Combine(folder, location)))
            {
                throw tensor.Place.Error(0, $"the constant {name} is in another file, {shown}, which is not beside the model", "Put it where the export wrote it, under the same name.");
            }

            FormatSource beside = source.OpenBeside(location, stateDict: null);
            file = beside.Bytes;
            _files.Add(location, file);
        }

        long offset = Number(tensor, "offset") ?? 0;
        long length = Number(tensor, "length") ?? file.Length - offset;
        return offset >= 0 && length >= 0 && offset <= file.Length && length <= file.Length - offset ? file.All.Slice(offset, length)
            : throw tensor.Place.Error(0, $"the constant {name} should be {length} bytes from {offset} of {shown}, which has {file.Length}", "Export or download both again.");
    }

    private static long? Number(OnnxTensor tensor, string key) =>
        !tensor.External.TryGetValue(key, out string? text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
        : throw tensor.Place.Error(0, $"the constant {Printable.Quote(tensor.Name)} has the {key} {Printable.Quote(text)}, which is no number of bytes");

    /// <summary>The values of typed fields: where they lie, if they are stored as they are used; else decoded.</summary>
    private static ByteRegion Typed(OnnxTensor tensor, WeightType type, long elements)
    {
        int field = type switch
        {
            WeightType.Float32 or WeightType.Complex64 => FloatData,
            WeightType.Float64 or WeightType.Complex128 => DoubleData,
            WeightType.Int64 => Int64Data,
            WeightType.UInt64 or WeightType.UInt32 => Uint64Data,
            _ => Int32Data,
        };
        (int Field, ByteRegion Bytes)[] parts = [.. tensor.Typed.Where(t => t.Bytes.Length > 0)];
        if (Array.Find(parts, p => p.Field != field) is { Field: > 0 } other)
        {
            throw tensor.Place.Error(0, $"the constant {Printable.Quote(tensor.Name)} of {type.TorchName()} has values in field {other.Field}, not {field}");
        }

        if (field is FloatData or DoubleData)
        {
            return parts.Length == 1 ? parts[0].Bytes : Join(tensor, parts);
        }

        OnnxConstant.CheckCount(elements);
        using MemoryStream bytes = new();
        Span<byte> element = stackalloc byte[sizeof(long)];
        foreach ((_, ByteRegion part) in parts)
        {
            foreach (long value in ProtoReader.Packed(part))
            {
                BinaryPrimitives.WriteInt64LittleEndian(element, value);
                bytes.Write(element[..type.SizeBytes()]);
                if (bytes.Length > elements * type.SizeBytes())
                {
                    throw tensor.Place.Error(0, $"the constant {Printable.Quote(tensor.Name)} has more values than its {elements} elements");
                }
            }
        }

        return new FileBytes(tensor.Place.File.Name, bytes.ToArray()).All;
    }

    private static ByteRegion Join(OnnxTensor tensor, (int Field, ByteRegion Bytes)[] parts)
    {
        using MemoryStream bytes = new();
        foreach ((_, ByteRegion part) in parts)
        {
            bytes.Write(part.Span(0, (int)part.Length));
        }

        return new FileBytes(tensor.Place.File.Name, bytes.ToArray()).All;
    }
}
