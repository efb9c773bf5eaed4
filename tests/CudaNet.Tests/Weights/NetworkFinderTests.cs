using System.Text.RegularExpressions;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A ResNet is found under whatever prefix, by whatever names, and what lies beside it is judged.</summary>
public sealed class NetworkFinderTests
{
    private static readonly int Features = TestModels.TinyConfig.Widths[^1];

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("net.")]
    [InlineData("encoder_q.")]
    [InlineData("base_model.model.")]
    [InlineData("a.b.c.d.")]
    [InlineData("student.backbone.0.")]
    public void Finds_the_network_under_any_prefix(string prefix)
    {
        FoundNetwork found = Find(Names(n => prefix + n));
        Assert.True(found.Config.HasSameStructure(TestModels.TinyConfig));
        Assert.Equal(TinyNames().Order(StringComparer.Ordinal), found.Tensors.Select(t => t.Key).Order(StringComparer.Ordinal));
        Assert.Empty(found.Notes);
    }

    [Theory]
    [InlineData("layer1.0.", "layer1._checkpoint_wrapped_module.0.")]
    [InlineData("layer2.", "layer2._orig_mod.")]
    [InlineData("conv1.weight", "_fsdp_wrapped_module._fpw_module.conv1._forward_module.weight")]
    [InlineData("bn1.", "module.bn1._module.")]
    public void Wrappers_may_stand_anywhere_in_a_name(string part, string stored) =>
        Assert.True(Find(Names(n => n.Replace(part, stored, StringComparison.Ordinal))).Config.HasSameStructure(TestModels.TinyConfig));

    [Theory]
    [InlineData("detectron2")]
    [InlineData("children")]
    [InlineData("features")]
    [InlineData("fastai")]
    [InlineData("shortcut")]
    [InlineData("transformers")]
    public void Knows_how_other_projects_name_layers(string project) =>
        Assert.True(Find(Names(n => Rename(project, n))).Config.HasSameStructure(TestModels.TinyConfig));

    [Theory]
    [InlineData("fc", false)]
    [InlineData("fc.0", false)]
    [InlineData("fc.1", false)]
    [InlineData("classifier", false)]
    [InlineData("classifier.1", false)]
    [InlineData("head", false)]
    [InlineData("head.fc", false)]
    [InlineData("last_linear", false)]
    [InlineData("linear", false)]
    [InlineData("my_answer", true)]
    public void Finds_the_head_by_its_shape(string name, bool isSaid)
    {
        FoundNetwork found = Find(Names(n => Regex.Replace(n, "^fc", name)));
        Assert.Equal(TestModels.TinyConfig.Classes, found.Config.Classes);
        Assert.Equal(isSaid, found.Notes.Any(n => n.Contains("by its shape", StringComparison.Ordinal)));
        found = Find(Names(n => n.StartsWith("fc", StringComparison.Ordinal) ? Regex.Replace(n, "^fc", name) : "backbone." + n));
        Assert.Equal(TestModels.TinyConfig.Classes, found.Config.Classes);
    }

    [Fact]
    public void A_head_may_have_no_bias_or_two_layers_or_not_be_there()
    {
        FoundNetwork found = Find(Names(n => n == "fc.bias" ? null : n));
        Assert.Equal((TestModels.TinyConfig.Classes, false), (found.Config.Classes, found.Config.HeadBias));
        found = Find([.. Names(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : n), Named("fc.0.weight", 16, Features), Named("fc.0.bias", 16), Named("fc.3.weight", 7, 16), Named("fc.3.bias", 7)]);
        Assert.Equal((7, 16), (found.Config.Classes, found.Config.HeadWidth));
        Assert.Equal(["fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"], found.Tensors.TakeLast(4).Select(t => t.Key));
        found = Find(Names(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : n));
        Assert.Equal(0, found.Config.Classes);
    }

    [Theory]
    [InlineData("projector.0.weight")]
    [InlineData("projection_head.0.weight")]
    [InlineData("prototypes.weight")]
    [InlineData("head.mlp.0.weight")]
    [InlineData("criterion.weight")]
    public void A_projection_is_no_head(string name)
    {
        FoundNetwork found = Find([.. Names(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : "backbone." + n), Named(name, 4, Features)]);
        Assert.Equal(0, found.Config.Classes);
        Assert.Contains(found.LeftOut, l => l.Name == name);
    }

    [Theory]
    [InlineData("criterion.weight", 5)]
    [InlineData("train_acc.tp", 5)]
    [InlineData("queue", 5, 8)]
    [InlineData("n_averaged")]
    [InlineData("total_ops", 1)]
    [InlineData("layer1.0.conv1.total_params", 1)]
    [InlineData("bn1.num_batches_tracked")]
    public void Harmless_extras_are_left_out_and_listed(string name, params int[] shape)
    {
        FoundNetwork found = Find([.. Names(n => n), Named(name, shape)]);
        Assert.True(found.Config.HasSameStructure(TestModels.TinyConfig));
        Assert.Equal([name], found.LeftOut.Select(l => l.Name));
    }

    [Theory]
    [InlineData("relu.weight", 1)]
    [InlineData("neck.weight", 32)]
    [InlineData("conv2.weight", 8, 8, 3, 3)]
    [InlineData("layer1.0.conv7.weight", 8, 8, 3, 3)]
    [InlineData("layer1.0.relu.weight", 1)]
    [InlineData("layer2.0.downsample.2.weight", 1)]
    public void What_may_change_the_result_is_refused(string name, params int[] shape)
    {
        ParameterMismatchException exception = Assert.Throws<ParameterMismatchException>(() => Find([.. Names(n => n), Named(name, shape)]));
        Assert.Contains($"{name} ({new TensorShape(shape)}) is not part of the model", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.mean", "1.", 1, 3, 1, 1)]
    [InlineData("normalize.std", "model.", 3)]
    [InlineData("pixel_mean", "backbone.", 3, 1, 1)]
    [InlineData("mean", "", 3)]
    public void A_network_that_normalises_its_input_is_refused(string name, string prefix, params int[] shape)
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Find([.. Names(n => prefix + n), Named(name, shape)]));
        Assert.Contains($"normalises its input itself ('{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--mean", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segmentation_model_is_refused()
    {
        NamedShape[] names = [.. Names(n => n.StartsWith("fc", StringComparison.Ordinal) ? null : "backbone." + n), Named("classifier.0.weight", 8, Features, 3, 3), Named("classifier.1.weight", 8)];
        Assert.Contains("'classifier.0.weight' 8×32×3×3 is no Linear", Assert.Throws<CudaNetException>(() => Find(names)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("student.", "teacher.", "teacher.")]
    [InlineData("online_network.", "target_network.", "online_network.")]
    [InlineData("encoder_q.", "encoder_k.", "encoder_q.")]
    [InlineData("base_encoder.", "momentum_encoder.", "base_encoder.")]
    [InlineData("model.", "model_ema.", "model_ema.")]
    [InlineData("last_model.", "best_model.", "best_model.")]
    [InlineData("model.", "best_model.", "best_model.")]
    [InlineData("net.", "criterion.net.", "net.")]
    public void Of_several_networks_the_one_that_is_run_is_taken(string first, string second, string expected)
    {
        foreach (NamedShape[] names in new[] { [.. Names(n => first + n), .. Names(n => second + n)], (NamedShape[])[.. Names(n => second + n), .. Names(n => first + n)] })
        {
            FoundNetwork found = Find(names);
            Assert.Equal(expected, found.Root);
            Assert.Contains($"not those under '{(expected == first ? second : first)}'", Assert.Single(found.Notes), StringComparison.Ordinal);
            Assert.True(found.Config.HasSameStructure(TestModels.TinyConfig));
        }
    }

    [Fact]
    public void Of_two_equal_networks_none_is_guessed()
    {
        NamedShape[] names = [.. Names(n => "left." + n), .. Names(n => "right." + n)];
        CudaNetException exception = Assert.Throws<CudaNetException>(() => Find(names));
        Assert.Contains("under 'left.', 'right.'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--prefix", exception.Hint, StringComparison.Ordinal);
        Assert.Equal("left.", NetworkFinder.Find(names, "file", (_, _) => true).Root);
    }

    private static FoundNetwork Find(IReadOnlyList<NamedShape> names) => NetworkFinder.Find(names, "file");

    private static IEnumerable<string> TinyNames() => ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => p.Name);

    /// <summary>The tiny network's tensors under other names; without those that have none.</summary>
    private static NamedShape[] Names(Func<string, string?> rename) =>
        [.. ResNet.Build(TestModels.TinyConfig).Parameters.Where(p => rename(p.Name) is not null).Select(p => new NamedShape(StoredName.Of(rename(p.Name)!), p.Shape))];

    private static NamedShape Named(string name, params int[] shape) => new(StoredName.Of(name), new TensorShape(shape));

    private static string Rename(string project, string name)
    {
        string[] parts = name.Split('.');
        string leaf = parts[^1];
        (int stage, string block, string unit) = parts is [['l', 'a', 'y', 'e', 'r', var s], var b, var u, ..] ? (s - '0', b, u) : (0, "", parts[0]);
        bool isNorm = unit.StartsWith("bn", StringComparison.Ordinal) || parts is [_, _, "downsample", "1", ..];
        string child = stage > 0 ? $"{stage + 3}{name["layer1".Length..]}" : parts[0] switch { "conv1" => $"0.{leaf}", "bn1" => $"1.{leaf}", _ => $"9.{leaf}" };
        return project switch
        {
            "shortcut" => name.Replace("downsample", "shortcut", StringComparison.Ordinal).Replace("fc", "linear", StringComparison.Ordinal),
            "children" => child,
            "features" => parts[0] == "fc" ? $"classifier.{leaf}" : "features." + child,
            "fastai" => parts[0] == "fc" ? $"1.8.{leaf}" : "0." + child,
            "detectron2" when stage > 0 => $"res{stage + 1}.{block}.{(unit == "downsample" ? "shortcut" : $"conv{unit[^1]}")}{(isNorm ? ".norm" : "")}.{leaf}",
            "detectron2" => parts[0] switch { "conv1" => $"stem.conv1.{leaf}", "bn1" => $"stem.conv1.norm.{leaf}", _ => $"linear.{leaf}" },
            "transformers" when stage > 0 =>
                $"resnet.encoder.stages.{stage - 1}.layers.{block}.{(unit == "downsample" ? "shortcut" : $"layer.{unit[^1] - '1'}")}.{(isNorm ? "normalization" : "convolution")}.{leaf}",
            _ => parts[0] switch { "conv1" => $"resnet.embedder.embedder.convolution.{leaf}", "bn1" => $"resnet.embedder.embedder.normalization.{leaf}", _ => $"classifier.1.{leaf}" },
        };
    }
}
