using System.Buffers.Binary;
using System.Text;
using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Values that pickles hold in other ways than torch.save writes them: NumPy's arrays, storages in bytes, objects that derive from dict.</summary>
public sealed class PickledValueTests
{
    /// <summary>The pickle of the number that torch.save's streams of old start with.</summary>
    private static readonly byte[] Magic = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    private static readonly float[] Values = [1, -2, 0.5f, 8, 3, -4];

    [Theory]
    [InlineData("f4", "<", false, false)]
    [InlineData("f4", ">", false, false)]
    [InlineData("f4", "<", true, false)]
    [InlineData("f8", "<", false, true)]
    [InlineData("f2", ">", true, true)]
    [InlineData("i8", "<", false, true)]
    public void An_array_is_read_by_its_type_order_and_shape(string code, string order, bool isFortran, bool inText)
    {
        float[] expected = code == "i8" ? [.. Values.Select(v => MathF.Truncate(v))] : Values;
        float[] stored = isFortran ? [expected[0], expected[3], expected[1], expected[4], expected[2], expected[5]] : expected;
        byte[] bytes = [.. stored.SelectMany(v => Bytes(v, code, order == ">"))];
        byte[] pickle = PickleBytes.Dictionary("a.weight", p => Array(p, code, order, isFortran, inText ? Latin1(bytes) : Binary(bytes)));
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle), "file");
        Tensor tensor = Assert.Single(file.Tensors).Read();
        Assert.Equal(new TensorShape(2, 3), tensor.Shape);
        Assert.Equal(expected, tensor.Values.ToArray());
    }

    [Theory]
    [InlineData("O8", 24, "'O8'")]
    [InlineData("f4", 20, "leaves its storage")]
    public void An_array_of_something_else_or_cut_off_is_refused(string code, int length, string reason) =>
        Hostile.AssertRefused(PickleBytes.Zip(PickleBytes.Dictionary("a.weight", p => Array(p, code, "<", false, Binary(new byte[length])))), reason);

    [Fact]
    public void An_array_without_a_state_is_refused() =>
        Hostile.AssertRefused(PickleBytes.Zip(PickleBytes.Dictionary("a.weight", p => Reconstruct(p))), "a NumPy array without values");

    [Fact]
    public void Text_that_stands_for_no_bytes_is_refused() =>
        Hostile.AssertRefused(PickleBytes.Zip(PickleBytes.Dictionary("a.weight", p => Array(p, "f4", "<", false, q => q.Global("_codecs", "encode").Text("\u0100" + new string('x', 23)).Text("latin1").Ops("\x86R")))), "not in the file");

    [Fact]
    public void A_plain_pickle_has_its_storages_in_bytes()
    {
        using WeightFile file = WeightFile.Read(PickleBytes.Dictionary("a.weight", p => Loaded(p, Stream())), "file");
        Assert.Equal(Values, Assert.Single(file.Tensors).Read().Values.ToArray());
    }

    /// <summary>A stream whose storage is itself in the bytes of a stream would nest as deep as the file is long.</summary>
    [Fact]
    public void Bytes_inside_of_bytes_are_not_followed()
    {
        byte[] inner = Stream();
        byte[] nested = [.. Magic, .. new PickleBytes().Int(1001).ToArray(), .. new PickleBytes().Ops("N").ToArray(), .. new PickleBytes().Global("torch.storage", "_load_from_bytes").Apply(Binary(inner)).Ops("\x85R").ToArray()];
        Hostile.AssertRefused(PickleBytes.Dictionary("a.weight", p => Loaded(p, nested)), "hold something else");
        Hostile.AssertRefused(PickleBytes.Dictionary("a.weight", p => Loaded(p, inner[..^5])), "bytes are left");
        Hostile.AssertRefused(PickleBytes.Dictionary("a.weight", p => Loaded(p, [0x80, 2, (byte)'N', (byte)'.'])), "no stream of torch.save");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Objects_that_derive_from_dict_are_mappings(bool isOld)
    {
        PickleBytes pickle = new PickleBytes().Ops("}").Text("config");
        pickle = isOld ? pickle.Global("copyreg", "_reconstructor").Ops("(").Global("my.lib", "Dict").Global("__builtin__", "dict").Ops("}tR") : pickle.Global("my.lib", "Dict").Ops(")\x81");
        byte[] bytes = pickle.Text("a.weight").Tensor("0", 6, 0, [6], [1]).Ops("ss").ToArray();
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(bytes, ("0", FloatBytes())), "file");
        Assert.Equal("config", Assert.Single(file.Wrappers));
        Assert.Equal(Values, Assert.Single(file.Tensors).Read().Values.ToArray());
    }

    /// <summary>Each list names the one before it twice: there are more ways through than there are atoms.</summary>
    [Fact]
    public void Mappings_that_share_what_they_hold_are_walked_once()
    {
        PickleBytes pickle = new PickleBytes().Ops("}q\0");
        for (int level = 0; level < 200; level++)
        {
            pickle.Ops("}q").Ops($"{(char)(level + 1)}").Text("a").Ops("h").Ops($"{(char)level}").Ops("s").Text("b").Ops("h").Ops($"{(char)level}").Ops("s");
        }

        Hostile.AssertRefused(PickleBytes.Zip(pickle.ToArray()), "holds no tensors");
    }

    private static Action<PickleBytes> Binary(byte[] bytes) => p =>
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        p.Ops("B" + Encoding.Latin1.GetString(length) + Encoding.Latin1.GetString(bytes));
    };

    private static Action<PickleBytes> Latin1(byte[] bytes) => p => p.Global("_codecs", "encode").Text(Encoding.Latin1.GetString(bytes)).Text("latin1").Ops("\x86R");

    private static void Reconstruct(PickleBytes pickle) => pickle.Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray").Ops("K\0\x85").Apply(Latin1([(byte)'b'])).Ops("\x87R");

    private static void Array(PickleBytes pickle, string code, string order, bool isFortran, Action<PickleBytes> data)
    {
        Reconstruct(pickle);
        pickle.Ops("(K\x01K\x02K\x03\x86").Global("numpy", "dtype").Text(code).Ops("\x89\x88\x87R(K\x03").Text(order).Ops("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb").Ops(isFortran ? "\x88" : "\x89").Apply(data).Ops("tb");
    }

    /// <summary>A tensor over a storage that a stream in bytes holds.</summary>
    private static void Loaded(PickleBytes pickle, byte[] stream) =>
        pickle.Global("torch._utils", "_rebuild_tensor_v2").Ops("(").Global("torch.storage", "_load_from_bytes").Apply(Binary(stream)).Ops("\x85RK\0K\x06\x85K\x01\x85\x89NtR");

    /// <summary>What torch.save writes of one storage in its format of old.</summary>
    private static byte[] Stream() =>
    [
        .. Magic,
        .. new PickleBytes().Int(1001).ToArray(),
        .. new PickleBytes().Ops("}").ToArray(),
        .. new PickleBytes().Ops("(").Text("storage").Global("torch", "FloatStorage").Text("7").Text("cpu").Int(6).Ops("NtQ").ToArray(),
        .. new PickleBytes().Ops("]").Text("7").Ops("a").ToArray(),
        6, 0, 0, 0, 0, 0, 0, 0,
        .. FloatBytes(),
    ];

    private static byte[] FloatBytes() => [.. Values.SelectMany(v => Bytes(v, "f4", bigEndian: false))];

    private static byte[] Bytes(float value, string code, bool bigEndian)
    {
        byte[] bytes = code switch
        {
            "f8" => BitConverter.GetBytes((double)value),
            "f2" => BitConverter.GetBytes((Half)value),
            "i8" => BitConverter.GetBytes((long)value),
            _ => BitConverter.GetBytes(value),
        };
        return bigEndian ? [.. bytes.Reverse()] : bytes;
    }
}
