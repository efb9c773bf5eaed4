using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What a <c>torch.nn.Sequential</c> runs must be the network's layers, in the network's order.</summary>
public sealed class ModuleOrderTests
{
    [Theory]
    [InlineData("conv1 bn1 relu maxpool layer1 mean flatten fc")]
    [InlineData("identity conv1 bn1 dropout relu maxpool layer1 mean flatten dropout fc identity")]
    [InlineData("conv1 bn1 relu relu maxpool relu layer1 relu mean relu mean flatten relu fc")]
    [InlineData("conv1 bn1 maxpool relu layer1 mean flatten fc")]
    [InlineData("conv1 bn1 maxpool layer1 mean flatten fc", "act1")]
    [InlineData("conv1 bn1 maxpool layer1 relu mean flatten fc", "act1")]
    [InlineData("conv1 bn1 relu layer1 mean flatten fc", "maxpool")]
    public void The_networks_order_is_computed(string order, string? missing = null)
    {
        foreach (string wrapper in (string[])["", "torch.nn.parallel.data_parallel.DataParallel", "mine.Wrapper"])
        {
            Assert.Equal(missing is null ? [] : [missing], Check(order, wrapper).Variations.Keys);
        }
    }

    [Theory]
    [InlineData("relu conv1 bn1 relu maxpool layer1 mean flatten fc", "conv1", "expected behind the beginning is Conv2d 'conv1'")]
    [InlineData("maxpool conv1 bn1 relu layer1 mean flatten fc", "conv1", "expected behind the beginning is Conv2d 'conv1'")]
    [InlineData("bn1 conv1 relu maxpool layer1 mean flatten fc", "conv1", "it is 'torch.nn.modules.batchnorm.BatchNorm2d', expected behind the beginning is Conv2d 'conv1'")]
    [InlineData("conv1 relu bn1 maxpool layer1 mean flatten fc", "bn1", "expected behind Conv2d 'conv1' is BatchNorm2d 'bn1'")]
    [InlineData("conv1 bn1 relu layer1 maxpool mean flatten fc", "global_pool", "MaxPool2d', expected behind the block 'layer1.0' is GlobalAveragePool 'global_pool'")]
    [InlineData("conv1 bn1 relu mean maxpool layer1 flatten fc", "maxpool", "AdaptiveAvgPool2d', expected behind ReLU 'act1' is MaxPool2d 'maxpool'")]
    [InlineData("conv1 bn1 relu maxpool layer1 flatten mean fc", "global_pool", "Flatten', expected behind the block 'layer1.0' is GlobalAveragePool 'global_pool'")]
    [InlineData("conv1 bn1 relu maxpool layer1 fc", "global_pool", "Linear', expected behind the block 'layer1.0' is GlobalAveragePool 'global_pool'")]
    [InlineData("conv1 bn1 relu maxpool layer1 mean flatten fc relu", null, "ReLU', expected behind Linear 'fc' is nothing")]
    public void Another_order_is_refused_at_its_first_misfit(string order, string? layer, string refusal)
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Check(order, ""));
        Assert.Equal(layer, exception.Layer);
        Assert.Contains(refusal, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A sequence runs what stands in it: no module of it is beside the network.</summary>
    [Fact]
    public void What_a_sequence_runs_behind_the_network_is_refused()
    {
        PicklePlaceholder sequence = ModuleTrees.Sequence(("model", ModuleTrees.Timm(ModuleTrees.Identity())), ("out", Member("other", true, null)));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModuleTrees.Check(sequence, ModuleTrees.TimmNames.ToDictionary(n => n.Key, n => $"model.{n.Value}")));
        Assert.Contains("module 'out': it is 'mine.Other', expected behind Linear 'fc' is nothing", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conv1 bn1 relu conv2 bn2", null)]
    [InlineData("conv1 bn1 conv2 bn2", "layer1.0.act1")]
    [InlineData("conv1 relu bn1 conv2 bn2", "expected behind Conv2d 'layer1.0.conv1' is BatchNorm2d 'layer1.0.bn1'")]
    [InlineData("conv1 bn1 relu conv2 bn2 relu", "expected behind BatchNorm2d 'layer1.0.bn2' is Add 'layer1.0.add'")]
    [InlineData("relu conv1 bn1 relu conv2 bn2", "expected behind the beginning is Conv2d 'layer1.0.conv1'")]
    public void A_sequence_in_a_block_has_the_order_of_its_path(string order, string? outcome)
    {
        PicklePlaceholder block = ModuleTrees.Module("mine.Block", ("body", ModuleTrees.Sequence(Members(order))), ("relu", ModuleTrees.Relu()));
        SupposedNetwork Checked() => ModuleTrees.Check(ModuleTrees.Sequence(Members("conv1 bn1 relu maxpool layer1 mean flatten fc", block)), ModuleTrees.TimmNames.ToDictionary(n => n.Key, n => n.Value.Replace("layer1.0.", "layer1.0.body.", StringComparison.Ordinal)));
        if (outcome is null || !outcome.Contains(' ', StringComparison.Ordinal))
        {
            Assert.Equal(outcome is null ? [] : [outcome], Checked().Variations.Keys);
        }
        else
        {
            Assert.Contains(outcome, Assert.Throws<CudaNetException>(Checked).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("aa", true)]
    [InlineData("act2", true)]
    [InlineData("se", false)]
    [InlineData("drop_path", false)]
    public void A_known_block_has_activations_in_their_places_only(string name, bool isTaken)
    {
        PicklePlaceholder block = ModuleTrees.Module("timm.models.resnet.BasicBlock", [.. Members("conv1 bn1 conv2 bn2"), (name, ModuleTrees.Relu())]);
        SupposedNetwork Checked() => ModuleTrees.Check(ModuleTrees.Sequence(Members("conv1 bn1 relu maxpool layer1 mean flatten fc", block)), ModuleTrees.TimmNames);
        if (isTaken)
        {
            Assert.Empty(Checked().Variations);
        }
        else
        {
            Assert.Contains($"module 'layer1.0.{name}': it is 'torch.nn.modules.activation.ReLU', and a block has no activation in its place",
                Assert.Throws<CudaNetException>(Checked).Message, StringComparison.Ordinal);
        }
    }

    private static SupposedNetwork Check(string order, string wrapper)
    {
        PicklePlaceholder sequence = ModuleTrees.Sequence(Members(order));
        string prefix = wrapper.Length == 0 ? "" : "module.";
        return ModuleTrees.Check(wrapper.Length == 0 ? sequence : ModuleTrees.Module(wrapper, ("module", sequence)), ModuleTrees.TimmNames.ToDictionary(n => n.Key, n => prefix + n.Value));
    }

    /// <summary>Modules by kind; those without weights are named by their number.</summary>
    private static (string Name, object? Value)[] Members(string order, PicklePlaceholder? block = null) =>
        [.. order.Split(' ').Select((kind, i) => (kind is "relu" or "maxpool" or "mean" or "flatten" or "dropout" or "identity" or "other" ? $"{i}" : kind, (object?)Member(kind, order.Contains("layer1", StringComparison.Ordinal), block)))];

    private static PicklePlaceholder Member(string kind, bool isStem, PicklePlaceholder? block) => kind switch
    {
        "conv1" or "conv2" => isStem ? ModuleTrees.Convolution(7, 2, 3) : ModuleTrees.Convolution(3, 1, 1),
        "bn1" or "bn2" => ModuleTrees.Norm(),
        "layer1" => ModuleTrees.Sequence(("0", block ?? ModuleTrees.Module("timm.models.resnet.BasicBlock", [.. Members("conv1 bn1 conv2 bn2"), ("act1", ModuleTrees.Relu())]))),
        "fc" => ModuleTrees.Module("torch.nn.modules.linear.Linear"),
        "relu" => ModuleTrees.Relu(),
        "maxpool" => ModuleTrees.MaxPool(),
        "mean" => ModuleTrees.Module("torch.nn.modules.pooling.AdaptiveAvgPool2d", ("output_size", 1L)),
        "flatten" => ModuleTrees.Module("torch.nn.modules.flatten.Flatten"),
        "dropout" => ModuleTrees.Module("torch.nn.modules.dropout.Dropout"),
        "identity" => ModuleTrees.Identity(),
        _ => ModuleTrees.Module("mine.Other", ("inner", ModuleTrees.Identity())),
    };
}
