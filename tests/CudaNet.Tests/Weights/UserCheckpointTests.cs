using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Checkpoints as people have them: each gives PyTorch's logits, or what there is without a head, or is refused with its reason.</summary>
public sealed class UserCheckpointTests
{
    private const string Folder = "users/checkpoints";

    [Theory]
    [InlineData("ConfigDict_sd.pth")]
    [InlineData("base_model.pth")]
    [InlineData("ckptwrap.pth")]
    [InlineData("class1.pth")]
    [InlineData("deepspeed.pt")]
    [InlineData("detectron2.pth")]
    [InlineData("encoder.pth")]
    [InlineData("feature_extractor.pth")]
    [InlineData("fsdp.pth")]
    [InlineData("gray1.pth")]
    [InlineData("head_classifier.pth")]
    [InlineData("head_fc0.pth")]
    [InlineData("head_fc1.pth")]
    [InlineData("head_head.pth")]
    [InlineData("head_mlp.pth")]
    [InlineData("lightning_backbone_cls.ckpt")]
    [InlineData("lightning_loss.ckpt")]
    [InlineData("lightning_net.ckpt")]
    [InlineData("moco_full.pth")]
    [InlineData("moco_q_only.pth")]
    [InlineData("model_state_dict.pth")]
    [InlineData("negbit.pth")]
    [InlineData("net_key.pth")]
    [InlineData("numpy_arrays.pth")]
    [InlineData("od_subclass.pth")]
    [InlineData("orig_mod_inner.pth")]
    [InlineData("peft_base_only.pth")]
    [InlineData("plain_pickle.pkl")]
    [InlineData("resnet_prefix.pth")]
    [InlineData("shortcut_linear.pth")]
    [InlineData("swa.pth")]
    [InlineData("xla.pth")]
    public void Gives_the_logits_of_PyTorch(string name) => UsersLogits.Check($"checkpoints/{name}");

    [Theory]
    [InlineData("byol.pth", "online_network_state_dict")]
    [InlineData("dino_backbone.pth", "")]
    [InlineData("dino_full.pth", "teacher")]
    [InlineData("sequential_children.pth", "")]
    [InlineData("swav.pth", "")]
    [InlineData("vicreg.pth", "model")]
    public void A_body_without_a_head_gives_features(string name, string wrapper)
    {
        string path = Shared.Require($"{Folder}/{name}");
        using WeightFile file = WeightFile.Open(path);
        Assert.Equal(wrapper, string.Join('.', file.Wrappers));
        using Model model = ModelFile.Open(path);
        Assert.Equal(0, model.Metadata.ResNet!.Classes);
        Assert.Equal("global_pool", model.Graph.Output.Name);
    }

    [Theory]
    [InlineData("fastai_save.pth")]
    [InlineData("fastai_timm.pth")]
    [InlineData("head_nobias.pth")]
    [InlineData("simclr_state.pth")]
    public void Opens_with_its_five_classes(string name)
    {
        using Model model = ModelFile.Open(Shared.Require($"{Folder}/{name}"));
        Assert.Equal(5, model.Metadata.ResNet!.Classes);
    }

    [Theory]
    [InlineData("bytes_keys.pth", "their names are no strings")]
    [InlineData("numeric_keys.pth", "their names are no strings")]
    [InlineData("resnet3d.pth", "five-dimensional weights (3-D ResNets")]
    [InlineData("fcn_tiny.pth", "'classifier.0.weight' 8×256×3×3 is no Linear, so that fc is missing")]
    [InlineData("normalize.pth", "normalises its input itself ('0.mean' 1×3×1×1)")]
    public void Is_refused_with_its_reason(string name, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(Shared.Require($"{Folder}/{name}"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_path_and_a_prefix_choose_other_weights()
    {
        string path = Shared.Require($"{Folder}/moco_full.pth");
        using Model query = ModelFile.Open(path);
        using Model key = ModelFile.Open(path, new ModelFileOptions { StateDict = "state_dict", Prefix = "module.encoder_k" });
        using Model reduced = ModelFile.Open(path, new ModelFileOptions { Prefix = "encoder_k." });
        Assert.True(reduced.Parameters["conv1.weight"].Values.SequenceEqual(key.Parameters["conv1.weight"].Values));
        Assert.False(query.Parameters["conv1.weight"].Values.SequenceEqual(key.Parameters["conv1.weight"].Values));
        Assert.Contains("'module.nothing.'", Assert.Throws<CudaNetException>(() => ModelFile.Open(path, new ModelFileOptions { Prefix = "module.nothing" })).Message, StringComparison.Ordinal);
        Assert.Contains("are no part of the network: 'module.", Assert.Throws<CudaNetException>(() => ModelFile.Open(path, new ModelFileOptions { Strict = true })).Message, StringComparison.Ordinal);
        using Model strict = ModelFile.Open(Shared.Require($"{Folder}/encoder.pth"), new ModelFileOptions { Strict = true });
        Assert.Equal(5, strict.Metadata.ResNet!.Classes);
    }

    [Fact]
    public void A_head_of_two_layers_keeps_what_is_between_them_when_it_is_converted()
    {
        string path = Shared.Require($"{Folder}/head_mlp.pth");
        using TemporaryFolder folder = new();
        foreach (HeadActivation activation in Enum.GetValues<HeadActivation>())
        {
            string converted = folder.File($"{activation}.safetensors");
            ConversionSummary summary = ModelConverter.Convert(path, converted, new ConversionOptions { HeadActivation = activation });
            Assert.DoesNotContain(summary.Notes, n => n.Contains("assumed", StringComparison.Ordinal));
            using Model model = ModelFile.Open(converted);
            Assert.Equal(activation, model.Metadata.ResNet!.HeadActivation);
            Assert.Empty(model.Metadata.Notes);
        }

        using Model assumed = ModelFile.Open(path);
        Assert.Contains("a ReLU is assumed", Assert.Single(assumed.Metadata.Notes), StringComparison.Ordinal);
    }
}
