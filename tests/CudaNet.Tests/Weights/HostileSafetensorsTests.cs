using System.Buffers.Binary;
using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>safetensors files that are damaged or made to do harm.</summary>
public sealed class HostileSafetensorsTests
{
    private const string Good = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}""";

    [Fact]
    public void The_small_file_itself_is_read()
    {
        using WeightFile file = WeightFile.Read(SafetensorsBytes.Of(Good, 26), "good");
        Assert.Equal(["2×3", "scalar"], file.Tensors.Select(t => t.Shape.ToString()));
    }

    /// <summary>The header length is the first thing in the file: 640 begins like a pickle, 379 like JSON.</summary>
    [Theory]
    [InlineData(640)]
    [InlineData(0x017B)]
    [InlineData(0x4B50)]
    [InlineData(0x0108)]
    public void A_header_length_that_looks_like_another_kind_of_file(int length)
    {
        using WeightFile file = WeightFile.Read(SafetensorsBytes.Of(Good.PadRight(length), 26), "good");
        Assert.Equal(2, file.Tensors.Count);
    }

    [Fact]
    public void Truncated_at_every_byte()
    {
        byte[] bytes = SafetensorsBytes.Of(Good, 26);
        for (int length = 0; length < bytes.Length; length++)
        {
            Hostile.AssertRefused(bytes.AsSpan(0, length));
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(100_000_001UL)]
    [InlineData((ulong)int.MaxValue)]
    [InlineData((ulong)uint.MaxValue)]
    [InlineData((ulong)long.MaxValue)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 7)]
    public void Header_length_of_an_extreme(ulong length)
    {
        byte[] bytes = SafetensorsBytes.Of(Good, 26);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Hostile.AssertRefused(bytes);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "needs data bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "follow the last tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "cannot be the bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "cannot be the bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""", 8, "cannot be the bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "at most 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "lacks one of")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,0]}}""", 0, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1073741824,1073741824,4],"data_offsets":[0,0]}}""", 0, "cannot be the bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967297],"data_offsets":[0,4]}}""", 4, "out of range")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", 8, "at most 16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16, "'a' appears twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "repeated field 'dtype'")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype 'F99'")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "should be a JSON string")]
    [InlineData("""{"a":[]}""", 0, "should be a JSON object")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "metadata key 'a' appears twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "should be a JSON string")]
    [InlineData("""{"__metadata__":[]}""", 0, "should be a JSON object")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "not valid JSON")]
    [InlineData("""{} {}""", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}""", 8, "cannot be weights")]
    public void A_header_that_lies(string header, int dataBytes, string reason) => Hostile.AssertRefused(SafetensorsBytes.Of(header, dataBytes), reason);

    [Fact]
    public void Invalid_utf8_in_a_name()
    {
        byte[] bytes = SafetensorsBytes.Of(Good.Replace("\"a\"", "\"?\"", StringComparison.Ordinal), 26);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
        Hostile.AssertRefused(bytes, "not valid JSON");
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Deep_nesting(char open, char close)
    {
        string start = open == '[' ? "[" : "{\"a\":";
        StringBuilder header = new("{\"a\":");
        header.Insert(header.Length, start, 100_000).Append('1').Append(close, 100_000).Append('}');
        Hostile.AssertRefused(SafetensorsBytes.Of(header.ToString()));
    }

    [Fact]
    public void A_header_of_100_000_entries_costs_a_small_multiple_of_its_size()
    {
        IEnumerable<KeyValuePair<string, TensorShape>> entries = Enumerable.Range(0, 100_000).Select(i => KeyValuePair.Create($"entry{i:D6}", new TensorShape(1)));
        byte[] bytes = SafetensorsBytes.Zeros(entries);
        Assert.InRange(Hostile.Allocated(bytes, refused: false), 0, 16L * bytes.Length);
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Read(bytes, Hostile.Name));
        Assert.Contains("no conv1.weight", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 1000);
    }

    [Fact]
    public void Misfits_by_the_thousand_are_all_kept_and_the_message_stays_readable()
    {
        IEnumerable<KeyValuePair<string, TensorShape>> model = ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape));
        byte[] bytes = SafetensorsBytes.Zeros(model.Concat(Enumerable.Range(0, 10_000).Select(i => KeyValuePair.Create($"entry{i}", new TensorShape(1)))));
        ParameterMismatchException exception = Assert.Throws<ParameterMismatchException>(() => ModelFile.Read(bytes, Hostile.Name));
        Assert.Equal(10_000, exception.Misfits.Count);
        Assert.InRange(exception.Message.Length, 1, 10_000);
        Assert.EndsWith("and 9900 more", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\\u001b[31m")]
    [InlineData("a\\nb")]
    [InlineData("a\\u202eb")]
    [InlineData("a\\u2066b")]
    [InlineData("a\\u2028b")]
    public void A_name_with_characters_that_are_not_shown_is_refused(string name) =>
        Hostile.AssertRefused(SafetensorsBytes.Of($$$"""{"{{{name}}}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4), "that are not shown as themselves");

    [Fact]
    public void A_name_of_a_megabyte_or_with_control_characters_stays_out_of_the_message()
    {
        string name = "\\u001b[31m\\n" + new string('x', 1 << 20);
        CudaNetException exception = Hostile.AssertRefused(SafetensorsBytes.Of($$$"""{"{{{name}}}":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4));
        Assert.InRange(exception.Message.Length, 1, 400);
        Assert.DoesNotContain('\u001b', exception.Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"../other.safetensors"}}""", "own folder")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "own folder")]
    [InlineData("""{"weight_map":{"a":".."}}""", "own folder")]
    [InlineData("""{"weight_map":{"a":7}}""", "own folder")]
    [InlineData("""{"weight_map":{"a":"s","a":"s"}}""", "appears twice")]
    [InlineData("""{"weight_map":[]}""", "one JSON object")]
    [InlineData("""{"metadata":{}}""", "no weight_map")]
    [InlineData("""{"weight_map":{"a":"s"}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "no such file")]
    [InlineData("""{"weight_map":{"a":"model.safetensors.index.json"}}""", "is an index")]
    public void An_index_that_lies(string index, string reason)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => WeightFile.Open(path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, exception.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_that_lack_a_tensor_are_named()
    {
        using TemporaryFolder folder = new();
        folder.Write("s", SafetensorsBytes.Of(Good, 26));
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => WeightFile.Open(folder.Write("i.json", """{"weight_map":{"a":"s","c":"s"}}"""u8)));
        Assert.Contains("the shards lack 'c (s)'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_whose_weight_would_be_made_by_a_call_names_the_call()
    {
        using TemporaryFolder folder = new();
        folder.Write("s.bin", PickleBytes.Zip(PickleBytes.Dictionary("conv1.weight", p => p.Global("os", "system").Ops("(").Text("x").Ops("tR"))));
        string index = folder.Write("i.json", """{"weight_map":{"conv1.weight":"s.bin"}}"""u8);
        CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(index));
        Assert.Equal(index, exception.File);
        Assert.Contains("'conv1.weight' is made by 'os.system'", exception.Message, StringComparison.Ordinal);
    }
}
