using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Every argument of a call that rebuilds a tensor is understood, or the tensor is refused by its name.</summary>
public sealed class RebuildCallTests
{
    private const string V2 = "torch._utils _rebuild_tensor_v2";
    private const string V3 = "torch._utils _rebuild_tensor_v3";
    private const string Hooks = "ccollections\nOrderedDict\n)R";
    private const string Neg = "}X\x03\0\0\0neg\x88s";
    private const string Float32 = "ctorch\nfloat32\n";

    private static readonly float[] Stored = [1, -2, 0, 3.5f];

    [Theory]
    [InlineData("torch._utils _rebuild_tensor", "", 1)]
    [InlineData(V2, "\x89N", 1)]
    [InlineData(V2, "\x88" + Hooks, 1)]
    [InlineData(V2, "\x89" + Hooks + "N", 1)]
    [InlineData(V2, "\x89" + Hooks + "}", 1)]
    [InlineData(V2, "\x89" + Hooks + Neg, -1)]
    [InlineData(V2, "\x89" + Hooks + "}X\x03\0\0\0neg\x89s", 1)]
    [InlineData(V2, "\x89" + Hooks + "}(X\x03\0\0\0neg\x88X\x04\0\0\0conj\x89u", -1)]
    [InlineData(V2, "I00\n" + Hooks + "}X\x03\0\0\0negI01\ns", -1)]
    [InlineData(V3, "\x89" + Hooks + Float32, 1)]
    [InlineData(V3, "\x89" + Hooks + Float32 + "N", 1)]
    [InlineData(V3, "\x89" + Hooks + Float32 + Neg, -1)]
    public void Computes_what_it_understands(string function, string further, int sign)
    {
        using WeightFile file = WeightFile.Read(File(Call(function, further)), "file");
        WeightTensor tensor = Assert.Single(file.Tensors);
        Bits.AssertSame(Stored.Select(v => sign * v).ToArray(), tensor.Read().Values, "values");
        Assert.False(sign < 0 && tensor.IsZeroCopy);
    }

    [Theory]
    [InlineData("torch._utils _rebuild_tensor", "\x89", "from 5 arguments, and 4 are understood")]
    [InlineData(V2, "", "from 4 arguments, and 6 to 7 are understood")]
    [InlineData(V2, "\x89", "from 5 arguments, and 6 to 7 are understood")]
    [InlineData(V2, "\x89NNN", "from 8 arguments, and 6 to 7 are understood")]
    [InlineData(V2, "NN", "requires_grad (None)")]
    [InlineData(V2, "K\x01N", "requires_grad (a number)")]
    [InlineData(V2, "\x89\x88", "backward_hooks (a number)")]
    [InlineData(V2, "\x89N\x88", "metadata (a number)")]
    [InlineData(V2, "\x89N]", "metadata (a list)")]
    [InlineData(V2, "\x89N}X\x03\0\0\0negK\x01s", "metadata (a dictionary)")]
    [InlineData(V2, "\x89N}X\x03\0\0\0new\x88s", "metadata (a dictionary)")]
    [InlineData(V2, "\x89N}K\x01\x88s", "metadata (a dictionary)")]
    [InlineData(V2, "\x89N}(X\x03\0\0\0neg\x88X\x03\0\0\0neg\x89u", "metadata (a dictionary)")]
    [InlineData(V2, "\x89N}X\x04\0\0\0conj\x88s", "conjugated")]
    [InlineData(V3, "\x89N", "from 6 arguments, and 7 to 8 are understood")]
    [InlineData(V3, "\x89NX\x07\0\0\0float32", "dtype (a string)")]
    [InlineData(V3, "\x89NN", "dtype (None)")]
    [InlineData(V3, "\x89N" + Float32 + "}X\x04\0\0\0what\x88s", "metadata (a dictionary)")]
    [InlineData(V3, "\x89N" + Float32 + "NN", "from 9 arguments, and 7 to 8 are understood")]
    public void Refuses_the_rest_by_the_tensors_name(string function, string further, string reason)
    {
        CudaNetException exception = Hostile.AssertRefused(File(Call(function, further)), reason);
        Assert.Contains("tensor 'a.weight' is", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
    }

    [Theory]
    [InlineData("torch._utils _rebuild_parameter", "\x88" + Hooks, null)]
    [InlineData("torch._utils _rebuild_parameter", "\x88N", null)]
    [InlineData("torch._utils _rebuild_parameter", "\x88", "from 2 arguments, and 3 are understood")]
    [InlineData("torch._utils _rebuild_parameter", "\x88NN", "from 4 arguments, and 3 are understood")]
    [InlineData("torch._utils _rebuild_parameter", "NN", "requires_grad (None)")]
    [InlineData("torch._utils _rebuild_parameter_with_state", "\x88N}X\x03\0\0\0tag\x88s", null)]
    [InlineData("torch._utils _rebuild_parameter_with_state", "\x88N}N\x86", null)]
    [InlineData("torch._utils _rebuild_parameter_with_state", "\x88N}X\x04\0\0\0data\x88s", "state (a dictionary)")]
    [InlineData("torch._utils _rebuild_parameter_with_state", "\x88N\x88", "state (a number)")]
    [InlineData("torch._utils _rebuild_parameter_with_state", "\x88N", "from 3 arguments, and 4 are understood")]
    [InlineData("torch.nn.parameter Parameter", "", null)]
    [InlineData("torch.nn.parameter Parameter", "\x89", null)]
    [InlineData("torch.nn.parameter Parameter", "\x89\x89", "from 3 arguments, and 1 to 2 are understood")]
    [InlineData("torch.nn.parameter Parameter", "N", "requires_grad (None)")]
    public void A_parameter_is_its_tensor_sign_included(string function, string further, string? reason)
    {
        byte[] bytes = File(p => Open(p, function).Ops("(").Apply(Call(V2, "\x89N" + Neg)).Ops(further).Ops("tR"));
        AssertNegated(bytes, reason);
    }

    [Theory]
    [InlineData("_rebuild_from_type_v2", "}", null)]
    [InlineData("_rebuild_from_type_v2", "}N\x86", null)]
    [InlineData("_rebuild_from_type", "}", null)]
    [InlineData("_rebuild_from_type_v2", "}X\x04\0\0\0data\x88s", "state (a dictionary)")]
    [InlineData("_rebuild_from_type_v2", "", "from 3 arguments, and 4 are understood")]
    [InlineData("_rebuild_from_type_v2", "}}", "from 5 arguments, and 4 are understood")]
    public void A_subclass_is_its_tensor_sign_included(string function, string state, string? reason)
    {
        byte[] bytes = File(p => p.Global("torch._tensor", function).Ops("(").Global("torch._utils", "_rebuild_tensor_v2").Global("fastai.torch_core", "TensorBase").Ops("(")
            .Apply(View).Ops("\x89N" + Neg + "t").Ops(state).Ops("tR"));
        AssertNegated(bytes, reason);
    }

    [Fact]
    public void A_parameter_of_a_tensor_that_is_refused_is_refused_for_the_same_reason() =>
        Hostile.AssertRefused(File(p => Open(p, "torch._utils _rebuild_parameter").Ops("(").Apply(Call(V2, "\x89")).Ops("\x88NtR")), "tensor 'a.weight' is rebuilt by torch._utils._rebuild_tensor_v2 from 5 arguments");

    [Theory]
    [InlineData("torch._utils _rebuild_qtensor", "(N\x89t\x89N")]
    [InlineData("torch._utils _rebuild_meta_tensor_no_storage", "")]
    [InlineData("torch._utils _rebuild_sparse_tensor", "")]
    [InlineData("torch._utils _rebuild_wrapper_subclass", "")]
    public void What_is_no_plain_tensor_is_named(string function, string further)
    {
        byte[] bytes = File(Call(function, further));
        CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Read(bytes, "file"));
        Assert.Contains($"'a.weight' is made by '{function.Replace(' ', '.')}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("N", null)]
    [InlineData("(X\x01\0\0\0vK\x01K\x02t", "leaves its storage")]
    [InlineData("(X\x01\0\0\0vK\x01t", "described in an unknown way")]
    [InlineData("K\x01", "described in an unknown way")]
    [InlineData("NN", "described in an unknown way")]
    public void A_storages_further_fields_are_understood_or_refused(string further, string? reason)
    {
        byte[] bytes = File(p => p.Global("torch._utils", "_rebuild_tensor_v2").Ops("((").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(4).Ops(further).Ops("tQ").Int(0).Ops("(").Int(4).Ops("t(").Int(1).Ops("t\x89NtR"));
        CudaNetException? exception = Record.Exception(() => ModelFile.Read(bytes, "file")) as CudaNetException;
        Assert.Contains(reason ?? "no conv1.weight", exception!.Message, StringComparison.Ordinal);
    }

    /// <summary>The sign of every type that can be weights, contiguous or not, and in either byte order.</summary>
    [Theory]
    [InlineData("FloatStorage", new byte[] { 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0 })]
    [InlineData("HalfStorage", new byte[] { 0, 0x3C, 0, 0xC0 })]
    [InlineData("BFloat16Storage", new byte[] { 0x80, 0x3F, 0, 0xC0 })]
    [InlineData("DoubleStorage", new byte[] { 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0 })]
    [InlineData("LongStorage", new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void Every_type_is_negated(string storage, byte[] bytes)
    {
        foreach (long[] strides in (long[][])[[1], [0]])
        {
            byte[] pickle = PickleBytes.Dictionary("a.weight", p => p.Global("torch._utils", "_rebuild_tensor_v2").Ops("((").Text("storage").Global("torch", storage).Text("0").Text("cpu").Int(2).Ops("tQ")
                .Int(0).Ops("(").Int(2).Ops("t(").Int(strides[0]).Ops("t\x89N" + Neg + "tR"));
            using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle, ("0", bytes)), "file");
            Assert.Equal(strides[0] == 1 ? [-1f, 2f] : [-1f, -1f], Assert.Single(file.Tensors).Read().Values.ToArray());
        }
    }

    [Fact]
    public void A_large_dictionary_that_many_tensors_name_is_not_searched_for_each()
    {
        PickleBytes pickle = new PickleBytes().Ops("}(").Ops(string.Concat(Enumerable.Repeat("K\x01\x88", 20_000))).Ops("uq\x01").Ops("0](");
        for (int i = 0; i < 20_000; i++)
        {
            pickle.Apply(Call(V2, "\x89Nh\x01"));
        }

        long start = Environment.TickCount64;
        Hostile.AssertRefused(PickleBytes.Zip(pickle.Ops("e").ToArray(), ("0", new byte[16])), "is a list");
        Assert.InRange(Environment.TickCount64 - start, 0, 30_000);
    }

    [Fact]
    public void A_malformed_tensor_beside_the_weights_does_no_harm()
    {
        PickleBytes pickle = new PickleBytes().Ops("}(").Text("optimizer").Apply(Call(V2, "\x89")).Text("state_dict").Ops("}").Text("a.weight").Apply(Call(V2, "\x89N")).Ops("su");
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle.ToArray(), ("0", new byte[16])), "file");
        Assert.Equal("a.weight", Assert.Single(file.Tensors).Name);
        Assert.Contains(new LeftOutEntry("optimizer", "a tensor beside the weights"), file.LeftOut);
    }

    /// <summary>A whole network whose last weight is a negative view, and the file made of it: both have PyTorch's logits.</summary>
    [Fact]
    public void A_checkpoint_with_a_negative_view_has_PyTorchs_logits()
    {
        string path = Shared.Require("users/checkpoints/negbit.pth");
        using TemporaryFolder folder = new();
        ModelConverter.Convert(path, folder.File("converted.safetensors"));
        foreach (string file in (string[])[path, folder.File("converted.safetensors")])
        {
            using Model model = ModelFile.Open(file);
            using Session session = new(model, Backends.Create("reference"));
            Tensor logits = session.Predict(CudaNet.Data.NpyReader.Read(Shared.Require("users/in.npy")));
            double[] expected = [-15.90495729172221, -5.388256282875546, 3.843707514220785, -3.201039369491106, 2.423619399685774, -16.948798443031244, -5.32767071508064, 3.015959385841972, -3.5847113211283244, 1.512732691832439];
            TensorComparison comparison = TensorComparison.Compare(logits.Shape, logits.Values, new TensorShape(2, 5), expected, Tolerance.For("reference"));
            Assert.True(comparison.Passed, comparison.ToString());
        }
    }

    private static void AssertNegated(byte[] bytes, string? reason)
    {
        if (reason is not null)
        {
            Hostile.AssertRefused(bytes, reason);
            return;
        }

        using WeightFile file = WeightFile.Read(bytes, "file");
        Bits.AssertSame(Stored.Select(v => -v).ToArray(), Assert.Single(file.Tensors).Read().Values, "values");
    }

    private static byte[] File(Action<PickleBytes> value) =>
        PickleBytes.Zip(PickleBytes.Dictionary("a.weight", value), ("0", [.. Stored.SelectMany(BitConverter.GetBytes)]));

    /// <summary>A call over four floats, with what <paramref name="further"/> pushes behind its strides.</summary>
    private static Action<PickleBytes> Call(string function, string further) => p => Open(p, function).Ops("(").Apply(View).Ops(further).Ops("tR");

    private static void View(PickleBytes pickle) =>
        pickle.Ops("(").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(4).Ops("tQ").Int(0).Ops("(").Int(4).Ops("t(").Int(1).Ops("t");

    private static PickleBytes Open(PickleBytes pickle, string function) => pickle.Global(function.Split(' ')[0], function.Split(' ')[1]);
}
