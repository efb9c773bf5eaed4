using CudaNet.Tests.Support;
using CudaNet.Weights;
using Google.Protobuf;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>Our reader of the wire format beside Google's: the same fields of the same bytes, and both refuse what is malformed.</summary>
public sealed class ProtoReaderTests
{
    [Theory]
    [InlineData("folded.onnx")]
    [InlineData("batchnorm.onnx")]
    [InlineData("dynamo.onnx")]
    public void Reads_the_fields_that_Googles_does(string name)
    {
        byte[] file = File.ReadAllBytes(Checkpoints.Path(name));
        List<string> expected = Google(file)!;
        Assert.NotEmpty(expected);
        Assert.Equal(expected, Own(file));

        // The graph's own fields, and its first node's.
        byte[] graph = Field(file, 7);
        Assert.Equal(Google(graph), Own(graph));
        byte[] node = Field(graph, 1);
        Assert.Equal(Google(node), Own(node));
    }

    [Fact]
    public void Reads_or_refuses_random_bytes_as_Googles_does()
    {
        Random random = new(1);
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Message(random);
            for (int edits = random.Next(3); edits > 0; edits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            List<string>? expected = Google(bytes);
            if (IsTooLong(bytes))
            {
                // Google's reader drops the bits that a number has no place for; ours refuses them.
                Assert.Null(Own(bytes));
                continue;
            }

            Assert.Equal((Convert.ToHexString(bytes), Line(expected)), (Convert.ToHexString(bytes), Line(Own(bytes))));
            read += expected is null ? 0 : 1;
        }

        Assert.InRange(read, 5_000, 18_000);
    }

    private static bool IsTooLong(byte[] bytes)
    {
        try
        {
            ProtoReader reader = new(new FileBytes("message", bytes).All);
            while (reader.Next())
            {
                reader.Skip();
            }
        }
        catch (WeightFormatException exception)
        {
            return exception.Message.Contains("more than 64 bits", StringComparison.Ordinal) || (exception.Message.Contains("a field with the number", StringComparison.Ordinal) && !exception.Message.Contains("the number 0", StringComparison.Ordinal));
        }

        return false;
    }

    private static string Line(List<string>? fields) => fields is null ? "malformed" : string.Join(", ", fields);

    private static byte[] Message(Random random)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            for (int fields = random.Next(1, 6); fields > 0; fields--)
            {
                int field = random.Next(1, random.Next(2) == 0 ? 20 : 1 << 28);
                switch (random.Next(4))
                {
                    case 0:
                        output.WriteTag(field, WireFormat.WireType.Varint);
                        output.WriteInt64(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64));
                        break;
                    case 1:
                        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
                        byte[] bytes = new byte[random.Next(200)];
                        random.NextBytes(bytes);
                        output.WriteBytes(ByteString.CopyFrom(bytes));
                        break;
                    case 2:
                        output.WriteTag(field, WireFormat.WireType.Fixed32);
                        output.WriteFixed32((uint)random.Next());
                        break;
                    default:
                        output.WriteTag(field, WireFormat.WireType.Fixed64);
                        output.WriteFixed64((ulong)random.NextInt64());
                        break;
                }
            }
        }

        return stream.ToArray();
    }

    /// <summary>One line a field; null where it is malformed, or has a group, which no message here has.</summary>
    private static List<string>? Google(byte[] bytes)
    {
        List<string> fields = [];
        try
        {
            CodedInputStream input = new(bytes);
            while (input.ReadTag() is not 0 and var tag)
            {
                string value = WireFormat.GetTagWireType(tag) switch
                {
                    WireFormat.WireType.Varint => $"{input.ReadInt64()}",
                    WireFormat.WireType.LengthDelimited => Convert.ToHexString(input.ReadBytes().Span),
                    WireFormat.WireType.Fixed32 => $"{input.ReadFixed32()}",
                    WireFormat.WireType.Fixed64 => $"{input.ReadFixed64()}",
                    _ => throw new InvalidDataException(),
                };
                fields.Add($"{WireFormat.GetTagFieldNumber(tag)} {value}");
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            return null;
        }

        return fields;
    }

    private static List<string>? Own(byte[] bytes)
    {
        List<string> fields = [];
        try
        {
            ProtoReader reader = new(new FileBytes("message", bytes).All);
            while (reader.Next())
            {
                int field = reader.Field;
                string value = reader.Type switch
                {
                    WireType.Varint => $"{reader.Integer()}",
                    WireType.Bytes => Convert.ToHexString(reader.Bytes() is var region ? region.Span(0, (int)region.Length) : default),
                    WireType.Fixed32 => $"{BitConverter.SingleToUInt32Bits(reader.Single())}",
                    _ => $"{BitConverter.ToUInt64(reader.Values() is var region ? region.Span(0, sizeof(ulong)) : default)}",
                };
                fields.Add($"{field} {value}");
            }
        }
        catch (WeightFormatException)
        {
            return null;
        }

        return fields;
    }

    private static byte[] Field(byte[] bytes, int number)
    {
        ProtoReader reader = new(new FileBytes("message", bytes).All);
        while (reader.Next())
        {
            if (reader.Field == number)
            {
                ByteRegion region = reader.Bytes();
                return region.Span(0, (int)region.Length).ToArray();
            }

            reader.Skip();
        }

        throw new InvalidDataException($"there is no field {number}");
    }
}
