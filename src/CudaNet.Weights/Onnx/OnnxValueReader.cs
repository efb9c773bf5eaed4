using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Reads the messages of an ONNX file that tell of values: tensors, types, pairs of texts.</summary>
internal static class OnnxValueReader
{
    /// <summary>The longest name that is read.</summary>
    public const int MaxNameBytes = 4096;

    /// <summary>The longest text.</summary>
    public const int MaxTextBytes = 1 << 20;

    /// <summary>A <c>TensorProto</c>.</summary>
    public static OnnxTensor Tensor(ByteRegion message)
    {
        OnnxTensor tensor = new() { Place = message };
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.Integers(tensor.Extents);
                    if (tensor.Extents.Count > TensorShape.MaxRank)
                    {
                        throw reader.Error($"a tensor has more than {TensorShape.MaxRank} dimensions");
                    }

                    break;
                case 2:
                    tensor.DataType = reader.Integer();
                    break;
                case 3:
                    tensor.IsSegment = true;
                    reader.Skip();
                    break;
                case 4 or 5 or 6 or 7 or 10 or 11:
                    tensor.Typed.Add((reader.Field, reader.Values()));
                    break;
                case 8:
                    tensor.Name = reader.Text(MaxNameBytes);
                    break;
                case 9:
                    tensor.Raw = reader.Bytes();
                    break;
                case 13:
                    (string key, string value) = Entry(reader.Bytes());
                    tensor.External[key] = value;
                    break;
                case 14:
                    tensor.IsExternal = reader.Integer() == 1;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return tensor;
    }

    /// <summary>A <c>ValueInfoProto</c>.</summary>
    public static OnnxValueInfo Value(ByteRegion message)
    {
        string name = "";
        long type = 0;
        List<long?>? extents = null;
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                name = reader.Text(MaxNameBytes);
            }
            else if (reader.Field == 2)
            {
                (type, extents) = TypeOf(reader.Bytes());
            }
            else
            {
                reader.Skip();
            }
        }

        return new OnnxValueInfo(name, type, extents);
    }

    /// <summary>A pair of texts.</summary>
    public static (string Key, string Value) Entry(ByteRegion message)
    {
        string key = "", value = "";
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    key = reader.Text(MaxNameBytes);
                    break;
                case 2:
                    value = reader.Text(MaxTextBytes);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (key, value);
    }

    /// <summary>A <c>TypeProto</c>: of a tensor, or nothing.</summary>
    private static (long Type, List<long?>? Extents) TypeOf(ByteRegion message)
    {
        ProtoReader reader = new(message);
        long type = 0;
        List<long?>? extents = null;
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            ProtoReader tensor = new(reader.Bytes());
            while (tensor.Next())
            {
                if (tensor.Field == 1)
                {
                    type = tensor.Integer();
                }
                else if (tensor.Field == 2)
                {
                    extents = Extents(tensor.Bytes());
                }
                else
                {
                    tensor.Skip();
                }
            }
        }

        return (type, extents);
    }

    private static List<long?> Extents(ByteRegion message)
    {
        List<long?> extents = [];
        ProtoReader reader = new(message);
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }

            long? extent = null;
            ProtoReader dimension = new(reader.Bytes());
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                {
                    extent = dimension.Integer();
                }
                else
                {
                    dimension.Skip();
                }
            }

            // Some writers say 0 or -1 where an extent is not fixed.
            extents.Add(extent > 0 ? extent : null);
            if (extents.Count > TensorShape.MaxRank)
            {
                throw reader.Error($"a value has more than {TensorShape.MaxRank} dimensions");
            }
        }

        return extents;
    }
}
