using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A state that a pickle gives to a tensor is understood as PyTorch does, or the tensor is refused by its name; nothing is dropped in silence.</summary>
public sealed class TensorStateTests
{
    private const string Half = "(X\x07\0\0\0storagectorch\nHalfStorage\nX\x01\0\0\01X\x03\0\0\0cpuK\x04tQ";
    private const string Tensor = "ctorch._utils\n_rebuild_tensor_v2\n(" + Storage + "K\0(K\x04t(K\x01t\x89NtR";
    private const string Negated = "ctorch._utils\n_rebuild_tensor_v2\n(" + Storage + "K\0(K\x04t(K\x01t\x89N}X\x03\0\0\0neg\x88stR";
    private const string Storage = "(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\00X\x03\0\0\0cpuK\x04tQ";
    private const string View = "(" + Storage + "K\x01(K\x02t(K\x02tt";

    private static readonly float[] Stored = [1, -2, 0, 3.5f];

    [Theory]
    [InlineData(Tensor + "Nb", new[] { 0, 1, 2, 3 })]
    [InlineData(Tensor + "(\x89\x89Ntb", new[] { 0, 1, 2, 3 })]
    [InlineData(Tensor + "(\x88\x89}tb", new[] { 0, 1, 2, 3 })]
    [InlineData(Tensor + View + "b", new[] { 1, 3 })]
    [InlineData(Tensor + View + "b(\x88\x89Ntb", new[] { 1, 3 })]
    [InlineData(Tensor + "(" + Tensor + View + "bNN\x88\x89tb", new[] { 1, 3 })]
    [InlineData("ctorch.nn.parameter\nParameter\n" + Tensor + View + "b\x88\x86R", new[] { 1, 3 })]
    [InlineData("ctorch.nn.parameter\nParameter\n" + Tensor + "q\x01\x88\x86Rh\x01" + View + "b0", new[] { 0, 1, 2, 3 })]
    [InlineData("ctorch.nn.parameter\nParameter\n" + Tensor + "q\x01\x88\x86R" + View + "b0h\x01", new[] { 0, 1, 2, 3 })]
    public void A_state_of_PyTorch_is_taken(string pushes, int[] elements)
    {
        using WeightFile file = WeightFile.Read(File(p => p.Ops(pushes)), "file");
        Bits.AssertSame([.. elements.Select(i => Stored[i])], Assert.Single(file.Tensors).Read().Values, "values");
    }

    /// <summary>As in Python, it is one object wherever it stands.</summary>
    [Fact]
    public void A_state_that_comes_later_counts_where_the_tensor_stands_already()
    {
        byte[] pickle = new PickleBytes().Ops("}q\x05").Text("a.weight").Ops(Tensor + "q\x01sh\x01" + View + "b0h\x05").ToArray();
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle, ("0", Bytes())), "file");
        Assert.Equal([-2f, 3.5f], Assert.Single(file.Tensors).Read().Values.ToArray());
    }

    [Theory]
    [InlineData(Tensor + "}b", "is given a state (a dictionary) that is not understood")]
    [InlineData(Tensor + ")b", "is given a state (a tuple) that is not understood")]
    [InlineData(Tensor + "K\x01" + "b", "is given a state (a number) that is not understood")]
    [InlineData(Tensor + "(\x89" + "K\x01Ntb", "is given a state (a tuple) that is not understood")]
    [InlineData(Tensor + "(" + Storage + "K\x01(K\x02t(Ntt" + "b", "is given a state (a tuple) that is not understood")]
    [InlineData(Tensor + "(" + Half + "K\x01(K\x02t(K\x01tt" + "b", "is given a state (a tuple) that is not understood")]
    [InlineData(Negated + View + "b", "is given a state (a tuple) that is not understood")]
    [InlineData(Tensor + "}b(\x89\x89Ntb", "is given a state (a dictionary) that is not understood")]
    [InlineData("ctorch.nn.parameter\nParameter\n" + Tensor + "}b\x88\x86R", "is given a state (a dictionary) that is not understood")]
    [InlineData(Tensor + "(" + Tensor + "}bNN\x88\x89tb", "is given a state (a dictionary) that is not understood")]
    [InlineData(Tensor + "K\x01K\x02s", "is given values one by one")]
    [InlineData(Tensor + "K\x01" + "a", "is given values one by one")]
    public void Any_other_is_refused_by_the_tensors_name(string pushes, string reason) => Hostile.AssertRefused(File(p => p.Ops(pushes)), $"tensor 'a.weight' {reason}");

    [Theory]
    [InlineData("]}b", "a list")]
    [InlineData(")}b", "a tuple")]
    [InlineData("K\x01}b", "a number")]
    [InlineData(Storage + "}b", "a storage")]
    [InlineData("cos\nsystem\n}b", "os.system")]
    public void What_can_have_none_is_damage(string pushes, string what) => Hostile.AssertRefused(File(p => p.Ops(pushes)), $"it gives a state to {what}, which has none");

    [Fact]
    public void A_dictionarys_attributes_are_none_of_its_items()
    {
        byte[] pickle = new PickleBytes().Ops("ccollections\nOrderedDict\n)R").Text("a.weight").Ops(Tensor + "s}").Text("_metadata").Ops("}sb").ToArray();
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle, ("0", Bytes())), "file");
        Assert.Equal("a.weight", Assert.Single(file.Tensors).Name);
        Assert.Empty(file.LeftOut);
    }

    private static byte[] File(Action<PickleBytes> value) => PickleBytes.Zip(PickleBytes.Dictionary("a.weight", value), ("0", Bytes()), ("1", new byte[8]));

    private static byte[] Bytes() => [.. Stored.SelectMany(BitConverter.GetBytes)];
}
