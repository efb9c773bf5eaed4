using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>TorchScript archives are computed as what their code says, or refused (tests/data/scripts/variations.py made them).</summary>
public sealed class ScriptVariationTests
{
    [Theory]
    [InlineData("plain.script", 0)]
    [InlineData("plain.trace", 0)]
    [InlineData("bottleneck.script", 0)]
    [InlineData("dilated.script", 4)]
    [InlineData("dilated.trace", 4)]
    [InlineData("v1.script", 4)]
    [InlineData("stem_stride.script", 1)]
    [InlineData("no_pool.script", 1)]
    [InlineData("no_pool.trace", 1)]
    [InlineData("ceil_mode.script", 1)]
    [InlineData("eps.script", 12)]
    [InlineData("eps.trace", 12)]
    [InlineData("same.script", 1)]
    [InlineData("no_relu.script", 1)]
    [InlineData("functional.script", 0)]
    [InlineData("functional.trace", 0)]
    [InlineData("wrapped.script", 2)]
    [InlineData("wrapped.trace", 2)]
    [InlineData("stacked.script", 0)]
    [InlineData("two_layers.script", 0)]
    [InlineData("two_layers.trace", 0)]
    [InlineData("two_linear.script", 0)]
    [InlineData("two_linear.trace", 0)]
    [InlineData("headless.script", 0)]
    [InlineData("headless.trace", 0)]
    [InlineData("children.script", 0)]
    [InlineData("children.trace", 0)]
    public void Gives_the_archives_own_logits(string file, int variations)
    {
        using Model model = ModelFile.Open(Repository.Data($"variations/{file}.pt"));
        Assert.Equal(variations, model.Metadata.ResNet!.Variations.Count);
        Assert.Empty(model.Metadata.Notes);
        Variations.Check(model, file.Split('.')[0], "reference");
    }

    [Theory]
    [InlineData("leaky.script", "act1", "applies leaky_relu with (0.2)", "supported is ReLU")]
    [InlineData("silu.script", "act1", "applies silu in its place", "supported is ReLU")]
    [InlineData("silu.trace", "act1", "applies silu in its place", "supported is ReLU")]
    [InlineData("relu6.trace", "layer3.0.act1", "applies hardtanh with (0, 6)", "supported is ReLU")]
    [InlineData("tanh_head.script", "fc.1", "applies tanh in its place", "supported is ReLU")]
    [InlineData("tanh_head.trace", "fc.1", "applies tanh in its place", "supported is ReLU")]
    [InlineData("max_head.script", "global_pool", "does not take the mean over all rows and columns", "adaptive_max_pool2d")]
    [InlineData("circular.script", "layer2.0.conv2", "the result of pad with (an unknown value, 'circular')", "not that of relu")]
    [InlineData("oblong_stride.script", "layer2.0.conv1", "stride is (2, 1)", "the same number for rows and columns")]
    [InlineData("softmax.script", null, "returns the result of softmax with (1", "supported is that of fc")]
    [InlineData("softmax.trace", null, "returns the result of softmax with (1", "supported is that of fc")]
    [InlineData("swapped.script", "layer1.0.conv1", "gives it the result of relu", "not that of max_pool2d")]
    [InlineData("swapped.trace", "layer1.0.conv1", "gives it the result of relu", "not that of max_pool2d")]
    public void What_cannot_be_computed_is_refused_by_name(string file, string? layer, string what, string supported)
    {
        string path = Repository.Data($"variations/{file}.pt");
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(path));
        Assert.Equal((path, layer), (exception.File, exception.Layer));
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(supported, exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
    }

    public static TheoryData<string, string?> UsersFiles => new()
    {
        { "dilated", null }, { "eps", null }, { "nopool", null }, { "stemstride", null },
        { "leaky", "leaky_relu" }, { "maxhead", "adaptive_max_pool2d" },
    };

    [Theory]
    [MemberData(nameof(UsersFiles))]
    public void Users_files_give_their_logits_or_are_refused(string kind, string? refusal) => UsersModules.Check($"mod_{kind}.pt", refusal);
}
