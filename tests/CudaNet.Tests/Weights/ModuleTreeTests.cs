using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Pickled modules in the layouts of timm and transformers, and what wrappers hold beside the network.</summary>
public sealed class ModuleTreeTests
{
    [Fact]
    public void The_usual_modules_of_timm_and_transformers_say_nothing_new()
    {
        foreach (SupposedNetwork network in (SupposedNetwork[])[ModuleTrees.Check(ModuleTrees.Timm(ModuleTrees.Identity()), ModuleTrees.TimmNames), ModuleTrees.Check(ModuleTrees.Transformers(ModuleTrees.Relu()), ModuleTrees.TransformersNames)])
        {
            Assert.Empty(network.Variations);
            Assert.Empty(network.Notes);
        }
    }

    [Fact]
    public void Transformers_without_activations_has_none_but_where_none_was() => Assert.Equal(
        ["act1", "layer1.0.act1", "layer1.0.act2"],
        ModuleTrees.Check(ModuleTrees.Transformers(ModuleTrees.Identity()), ModuleTrees.TransformersNames).Variations.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("torch.nn.modules.dropout.Dropout", null)]
    [InlineData("timm.layers.drop.DropBlock2d", null)]
    [InlineData("timm.layers.drop.DropPath", null)]
    [InlineData("torch.nn.modules.activation.ReLU", null)]
    [InlineData("torch.nn.modules.activation.Sigmoid", "'torch.nn.modules.activation.Sigmoid', supported is ReLU")]
    [InlineData("torch.nn.modules.pooling.AvgPool2d", "'torch.nn.modules.pooling.AvgPool2d', supported is a ResNet's own layers")]
    [InlineData("torch.nn.modules.pooling.MaxPool2d", "'torch.nn.modules.pooling.MaxPool2d'")]
    [InlineData("mine.Swish", "'mine.Swish', supported is a ResNet's own layers")]
    public void What_stands_in_a_block_has_no_effect_or_is_refused(string type, string? refusal)
    {
        void Check() => ModuleTrees.Check(ModuleTrees.Timm(ModuleTrees.Module(type)), ModuleTrees.TimmNames);
        if (refusal is null)
        {
            Check();
        }
        else
        {
            Assert.Contains($"module 'layer1.0.drop_block': it is {refusal}", Assert.Throws<CudaNetException>(Check).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("avgmax")]
    [InlineData("max")]
    [InlineData("")]
    public void Heads_of_timm_that_are_no_mean_are_refused(string pooling)
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModuleTrees.Check(ModuleTrees.Timm(ModuleTrees.Identity(), pooling), ModuleTrees.TimmNames));
        Assert.Equal("global_pool", exception.Layer);
        Assert.Contains($"pool_type is '{pooling}', supported is 'avg'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_wrapper_holds_beside_the_network_is_noted_but_for_losses()
    {
        PicklePlaceholder wrapper = ModuleTrees.Module(
            "mine.LightningNet",
            ("model", ModuleTrees.Timm(ModuleTrees.Identity())), ("criterion", ModuleTrees.Module("torch.nn.modules.loss.CrossEntropyLoss")), ("out", ModuleTrees.Module("torch.nn.modules.activation.Softmax")));
        Assert.Equal(
            ["The code of mine.LightningNet is not in the file: it is taken to be a usual ResNet's.", "'out' (torch.nn.modules.activation.Softmax) stands beside the network, and is not computed."],
            ModuleTrees.Check(wrapper, ModuleTrees.TimmNames.ToDictionary(n => n.Key, n => $"model.{n.Value}")).Notes);
    }

    [Fact]
    public void Hooks_are_noted()
    {
        PickleDictionary hooks = new();
        hooks.Add(3L, new PicklePlaceholder(new PickleGlobal("mine", "hook")));
        Assert.Equal(
            ["Module 'layer1.0.drop_block' has hooks or a forward of its own, whose code is not in the file: they are not run."],
            ModuleTrees.Check(ModuleTrees.Timm(ModuleTrees.Module("torch.nn.modules.linear.Identity", ("_forward_hooks", hooks))), ModuleTrees.TimmNames).Notes);
    }

    /// <summary>Each module names the next one twice: as many paths as no memory holds.</summary>
    [Fact]
    public void Modules_that_share_modules_are_looked_at_within_a_limit()
    {
        PicklePlaceholder shared = ModuleTrees.Identity();
        for (int i = 0; i < 60; i++)
        {
            shared = ModuleTrees.Sequence(("a", shared), ("b", shared));
        }

        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModuleTrees.Check(ModuleTrees.Timm(shared), ModuleTrees.TimmNames));
        Assert.Contains("more modules than a network of these weights has", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A pickle's keys are of any kind.</summary>
    [Fact]
    public void A_tensor_as_a_name_is_called_by_its_kind()
    {
        byte[] pickle = new PickleBytes().Global("mine", "Net").Ops(")\x81}(").Text("_modules").Ops("}").Text("_parameters").Ops("}(").Tensor("0", 4, 0, [2], [1]).Tensor("0", 4, 0, [2], [1])
            .Text("weight").Tensor("0", 4, 0, [2], [1]).Ops("uub").ToArray();
        using WeightFile file = WeightFile.Read(PickleBytes.Zip(pickle, System.IO.Compression.CompressionLevel.NoCompression, ("0", new byte[16])), "file");
        Assert.Equal(["a tensor", "weight"], file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));
    }
}
