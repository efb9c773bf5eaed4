using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Pickled modules are computed as what their attributes say, or refused (tests/data/scripts/variations.py made them).</summary>
public sealed class ModuleVariationTests
{
    [Theory]
    [InlineData("plain", 0)]
    [InlineData("bottleneck", 0)]
    [InlineData("dilated", 4)]
    [InlineData("v1", 4)]
    [InlineData("stem_stride", 1)]
    [InlineData("no_pool", 1)]
    [InlineData("ceil_mode", 1)]
    [InlineData("eps", 12)]
    [InlineData("same", 1)]
    [InlineData("no_relu", 1)]
    [InlineData("functional", 0)]
    [InlineData("wrapped", 2)]
    [InlineData("data_parallel", 1)]
    [InlineData("stacked", 0)]
    [InlineData("two_layers", 0)]
    [InlineData("two_linear", 0)]
    [InlineData("headless", 0)]
    [InlineData("children", 0)]
    [InlineData("seq_head", 0)]
    public void Gives_the_modules_own_logits(string kind, int variations)
    {
        using Model model = ModelFile.Open(Repository.Data($"variations/{kind}.pth"));
        Assert.Equal(variations, model.Metadata.ResNet!.Variations.Count);
        Variations.Check(model, kind, "reference");
    }

    [Theory]
    [InlineData("leaky", "act1", "'torch.nn.modules.activation.LeakyReLU' with negative_slope 0.2", "supported is ReLU")]
    [InlineData("silu", "act1", "'torch.nn.modules.activation.SiLU'", "supported is ReLU")]
    [InlineData("relu6", "layer3.0.act1", "'layer3.0.relu' in the file", "'torch.nn.modules.activation.ReLU6'")]
    [InlineData("tanh_head", null, "module 'fc.1': it is 'torch.nn.modules.activation.Tanh'", "supported is ReLU")]
    [InlineData("max_head", "global_pool", "AdaptiveMaxPool2d' with output_size 1", "supported is AdaptiveAvgPool2d(1)")]
    [InlineData("circular", "layer2.0.conv2", "padding_mode is 'circular'", "supported is 'zeros'")]
    [InlineData("oblong_stride", "layer2.0.conv1", "stride is (2, 1)", "the same number for rows and columns")]
    [InlineData("return_indices", "maxpool", "return_indices is True", "supported is False")]
    [InlineData("softmax", null, "module 'softmax': it is 'torch.nn.modules.activation.Softmax' with dim 1", "nothing after the last")]
    [InlineData("down_relu", null, "module 'layer2.0.downsample.2': it is 'torch.nn.modules.activation.ReLU'", "expected behind BatchNorm2d 'layer2.0.downsample.1' is nothing")]
    [InlineData("mid_avg", "layer4.0", "('layer3.pool' in the file): it is 'torch.nn.modules.pooling.AdaptiveAvgPool2d'", "expected behind the block 'layer3.0' is the block 'layer4.0'")]
    [InlineData("head_order", "fc.1", "it is 'torch.nn.modules.linear.Linear'", "expected behind Linear 'fc.0' is ReLU 'fc.1'")]
    [InlineData("seq_order", "bn1", "('relu' in the file): it is 'torch.nn.modules.activation.ReLU'", "expected behind Conv2d 'conv1' is BatchNorm2d 'bn1'")]
    [InlineData("seq_pool_late", "layer4.0", "('maxpool' in the file): it is 'torch.nn.modules.pooling.MaxPool2d'", "expected behind the block 'layer3.0' is the block 'layer4.0'")]
    [InlineData("seq_tail_relu", null, "module 'tail': it is 'torch.nn.modules.activation.ReLU'", "expected behind Linear 'fc' is nothing")]
    [InlineData("seq_nopool", "global_pool", "ends behind the block 'layer4.0'", "expected there is AdaptiveAvgPool2d(1)")]
    public void What_cannot_be_computed_is_refused_by_name(string kind, string? layer, string what, string supported)
    {
        string path = Repository.Data($"variations/{kind}.pth");
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(path));
        Assert.Equal((path, layer), (exception.File, exception.Layer));
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(supported, exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
    }

    [Theory]
    [InlineData("variations/plain.pth")]
    [InlineData("variations/data_parallel.pth")]
    [InlineData("variations/functional.pth", "__main__.Functional")]
    [InlineData("variations/wrapped.pth", "__main__.Wrapper")]
    [InlineData("checkpoints/module.pth", "__main__.TinyResNet", "__main__.Block")]
    public void Classes_whose_code_is_not_in_the_file_are_noted(string file, params string[] classes)
    {
        using Model model = ModelFile.Open(Repository.Data(file));
        Assert.Equal(classes.Select(c => $"The code of {c} is not in the file: it is taken to be a usual ResNet's."), model.Metadata.Notes);
    }

    public static TheoryData<string, string?> UsersFiles => new()
    {
        { "dilated", null }, { "eps", null }, { "nopool", null }, { "stemstride", null },
        { "leaky", "LeakyReLU" }, { "maxhead", "AdaptiveMaxPool2d" },
    };

    [Theory]
    [MemberData(nameof(UsersFiles))]
    public void Users_files_give_their_logits_or_are_refused(string kind, string? refusal) => UsersModules.Check($"mod_{kind}.pth", refusal);
}
