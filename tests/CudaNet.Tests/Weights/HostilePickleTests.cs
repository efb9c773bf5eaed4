using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Pickles that are damaged or made to do harm. Nothing they name is ever called.</summary>
public sealed class HostilePickleTests
{
    private const int Many = 200_000;
    private static readonly byte[] Floats = new byte[16];

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "__import__")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch.hub", "load")]
    public void A_call_where_a_weight_should_be_is_named(string module, string name)
    {
        byte[] bytes = PickleBytes.Zip(PickleBytes.Dictionary("conv1.weight", p => p.Global(module, name).Ops("(").Text("touch /tmp/owned").Ops("tR")));
        CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Read(bytes, Hostile.Name));
        Assert.Equal(Hostile.Name, exception.File);
        Assert.Contains($"'conv1.weight' is made by '{module}.{name}'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_beside_the_weights_does_no_harm()
    {
        PickleBytes pickle = new PickleBytes().Ops("}(").Text("epoch").Global("os", "system").Ops("(").Text("x").Ops("tR").Text("state_dict").Ops("}").Text("a.weight").Tensor("0", 4, 0, [4], [1]).Ops("su");
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle.ToArray(), ("0", Floats)), "calls");
        Assert.Equal("a.weight", Assert.Single(file.Tensors).Name);
        Assert.Contains(new LeftOutEntry("epoch", "an object of os.system beside the weights"), file.LeftOut);
    }

    [Theory]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 1, 4, "leaves its storage")]
    [InlineData(new long[] { 4 }, new long[] { 2 }, 0, 4, "leaves its storage")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, -1, 4, "")]
    [InlineData(new long[] { 4 }, new long[] { -1 }, 3, 4, "strides (-1)")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, long.MaxValue, 4, "leaves its storage")]
    [InlineData(new long[] { 3 }, new long[] { long.MaxValue }, 0, 4, "leaves its storage")]
    [InlineData(new long[] { -4 }, new long[] { 1 }, 0, 4, "out of range")]
    [InlineData(new long[] { 1L << 32 }, new long[] { 0 }, 0, 4, "out of range")]
    [InlineData(new long[] { 65536, 65536, 65536, 65536 }, new long[] { 0, 0, 0, 0 }, 0, 4, "overflows")]
    [InlineData(new long[] { 65536, 65536 }, new long[] { 0, 0 }, 0, 4, "2 GiB")]
    [InlineData(new long[] { 4096, 16384 }, new long[] { 0, 0 }, 0, 4, "more than 16 times")]
    [InlineData(new long[] { 4 }, new long[] { 1, 1 }, 0, 4, "strides (1, 1)")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, 5, "needs 5 float32")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, long.MaxValue, "needs 9223372036854775807 float32")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, -1, "needs -1 float32")]
    public void A_tensor_that_leaves_its_storage(long[] extents, long[] strides, long offset, long elements, string reason)
    {
        byte[] bytes = PickleBytes.Zip(PickleBytes.Dictionary("a.weight", p => p.Tensor("0", elements, offset, extents, strides)), ("0", Floats));
        Hostile.AssertRefused(bytes, reason);
        Assert.InRange(Hostile.Allocated(bytes, refused: true), 0, 1 << 20);
    }

    [Fact]
    public void Many_views_of_one_storage_are_bounded_together()
    {
        PickleBytes pickle = new PickleBytes().Ops("}(");
        for (int i = 0; i < 1000; i++)
        {
            pickle.Text($"t{i}").Tensor("0", 4, 0, [256, 256], [0, 0]);
        }

        Hostile.AssertRefused(PickleBytes.Zip(pickle.Ops("u").ToArray(), ("0", Floats)), "more than 16 times");
    }

    [Theory]
    [InlineData("]", "a", "list")] // [[[[…]]]]
    [InlineData("}K\x01", "s", "no tensors")] // {1: {1: …}}
    [InlineData("(", "t", "tuple")]
    public void Deep_nesting_costs_no_stack(string open, string close, string reason)
    {
        PickleBytes pickle = new PickleBytes().Ops(string.Concat(Enumerable.Repeat(open, Many))).Ops("N").Ops(string.Concat(Enumerable.Repeat(close, Many)));
        Hostile.AssertRefused(PickleBytes.Zip(pickle.ToArray()), reason);
    }

    [Fact]
    public void A_dictionary_inside_itself_under_a_wrapper_key() =>
        Hostile.AssertRefused(PickleBytes.Zip(new PickleBytes().Ops("}q\x01").Text("state_dict").Ops("h\x01s").ToArray()), "holds no tensors");

    [Theory]
    [InlineData("a.weight")]
    [InlineData("state_dict")]
    [InlineData("optimizer")]
    public void Equal_keys_are_refused_wherever_they_are(string key)
    {
        PickleBytes pickle = new PickleBytes().Ops("}(").Text(key).Ops("}").Text(key).Ops("}").Text("state_dict").Ops("}").Text("a.weight").Tensor("0", 4, 0, [4], [1]).Ops("su");
        Hostile.AssertRefused(PickleBytes.Zip(pickle.ToArray(), ("0", Floats)), $"'{key}' appears twice");
    }

    [Fact]
    public void A_built_in_value_carries_nothing_from_one_file_to_another()
    {
        Hostile.AssertRefused(PickleBytes.Zip(new PickleBytes().Ops("\x8F}").Text("_modules").Ops("}sb").ToArray()), "an object of builtins.set");
        Assert.Null(PicklePlaceholder.Set.State);
    }

    [Fact]
    public void A_module_inside_itself()
    {
        // An object whose _modules holds the object.
        PickleBytes pickle = new PickleBytes().Global("m", "M").Ops(")\x81q\x01}").Text("_modules").Ops("}").Text("child").Ops("h\x01ssb");
        Hostile.AssertRefused(PickleBytes.Zip(pickle.ToArray()), "holds no tensors");
    }

    [Fact]
    public void Doubling_by_reference_is_not_doubling_in_memory()
    {
        // Each level is a module that holds the one before it twice: 2^100 paths.
        PickleBytes pickle = new PickleBytes().Global("m", "M").Ops(")\x81}").Text("_modules").Ops("}sbq\x01");
        for (int i = 0; i < 100; i++)
        {
            pickle.Global("m", "M").Ops(")\x81}").Text("_modules").Ops("}(").Text("a").Ops("h\x01").Text("b").Ops("h\x01usbq\x01");
        }

        Hostile.AssertRefused(PickleBytes.Zip(pickle.ToArray()), "holds no tensors");
        // A list of pairs that a million dictionaries are made from: each keeps it, none copies it.
        PickleBytes pairs = new PickleBytes().Ops("](").Ops(string.Concat(Enumerable.Repeat("K\x01K\x02\x86", 10_000))).Ops("e\x85q\x01").Global("collections", "OrderedDict").Ops("q\x02](");
        pairs.Ops(string.Concat(Enumerable.Repeat("h\x02h\x01R", 50_000))).Ops("e");
        byte[] bytes = PickleBytes.Zip(pairs.ToArray());
        Assert.InRange(Hostile.Allocated(bytes, refused: true), 0, 64L * bytes.Length);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("0.")]
    [InlineData("(0.")]
    [InlineData("t.")]
    [InlineData("a.")]
    [InlineData("Na.")]
    [InlineData("}Ns.")]
    [InlineData("}(Nu.")]
    [InlineData("h\x05.")]
    [InlineData("R.")]
    [InlineData("NR.")]
    [InlineData("(o.")]
    [InlineData("\x93.")]
    [InlineData("NN\x93.")]
    [InlineData("\x97.")]
    [InlineData("\xFF.")]
    [InlineData("Iabc\n.")]
    [InlineData("Fabc\n.")]
    [InlineData("g-1\n.")]
    [InlineData("\x80\x06.")]
    [InlineData("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF.")]
    [InlineData("\x8E\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F.")]
    [InlineData("X\xFF\xFF\xFF\xFF.")]
    [InlineData("T\xFF\xFF\xFF\xFF.")]
    [InlineData("\x8B\xFF\xFF\xFF\xFF.")]
    [InlineData("N.")]
    [InlineData("NNR.")]
    public void Operations_that_make_no_sense(string ops) => Hostile.AssertRefused(PickleBytes.Zip(new PickleBytes().Ops(ops).ToArray()));

    [Fact]
    public void More_operations_than_any_checkpoint_has_are_refused()
    {
        byte[] bytes = PickleBytes.Zip(new PickleBytes().Ops("(").Ops(new string('N', PickleMachine.MaxOperations + 1)).ToArray());
        Hostile.AssertRefused(bytes, "operations");
        Assert.InRange(Hostile.Allocated(bytes, refused: true), 0, 32L * bytes.Length);
    }

    [Theory]
    [InlineData('}')]
    [InlineData(']')]
    [InlineData('2')]
    public void Memory_is_a_small_multiple_of_the_pickle(char opcode)
    {
        byte[] bytes = PickleBytes.Zip(new PickleBytes().Ops("N").Ops(new string(opcode, 1_000_000)).ToArray());
        Assert.InRange(Hostile.Allocated(bytes, refused: true), 0, 64L * bytes.Length);
    }

    [Fact]
    public void Every_byte_of_a_small_stream_checkpoint_cut_off_or_changed_is_read_or_refused()
    {
        byte[] good = StreamCheckpoint();
        Hostile.Read(good);
        for (int at = 0; at < good.Length; at++)
        {
            Hostile.AssertRefused(good.AsSpan(0, at));
            foreach (byte value in (byte[])[0, 1, (byte)'.', (byte)'(', (byte)'h', 0x7F, 0x80, 0xFF, (byte)(good[at] ^ 1)])
            {
                byte[] bytes = [.. good];
                bytes[at] = value;
                Hostile.AssertReadOrRefused(bytes);
            }
        }
    }

    /// <summary>The numbers of protocol 0 and 1 are lines of text, and mean the same.</summary>
    [Theory]
    [InlineData("I4\n")]
    [InlineData("L4L\n")]
    [InlineData("L4\n")]
    [InlineData("K\x04")]
    [InlineData("M\x04\0")]
    [InlineData("J\x04\0\0\0")]
    [InlineData("\x8A\x01\x04")]
    [InlineData("\x8B\x01\0\0\0\x04")]
    public void Every_way_to_write_a_number_is_the_number(string four)
    {
        PickleBytes pickle = new PickleBytes().Ops("}").Text("a").Global("torch._utils", "_rebuild_tensor_v2").Ops("((").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Ops(four).Ops("tQ")
            .Int(0).Ops("(").Ops(four).Ops("t(").Int(1).Ops("t\x89").Ops("NtRs");
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle.ToArray(), ("0", Floats)), "numbers");
        Assert.Equal(new TensorShape(4), Assert.Single(file.Tensors).Shape);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(5)]
    public void A_stream_storage_of_a_false_length(long count)
    {
        byte[] bytes = StreamCheckpoint();
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 24), count);
        Hostile.AssertRefused(bytes, "storage '0'");
    }

    [Fact]
    public void A_pickle_of_something_else() => Hostile.AssertRefused(new PickleBytes().Ops("K\x01").ToArray(), "not one of torch.save");

    private static byte[] StreamCheckpoint()
    {
        byte[] magic = new PickleBytes().Ops("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19").ToArray();
        byte[] tensors = PickleBytes.Dictionary("a.weight", p => p.Tensor("0", 4, 0, [4], [1]));
        byte[] keys = new PickleBytes().Ops("]").Text("0").Ops("a").ToArray();
        return [.. magic, .. new PickleBytes().Ops("M\xE9\x03").ToArray(), .. new PickleBytes().Ops("}").ToArray(), .. tensors, .. keys, .. BitConverter.GetBytes(4L), .. Floats];
    }
}
