using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>The architecture is told from names and shapes alone.</summary>
public sealed class InferenceTests
{
    public static TheoryData<string> Published() => [.. ResNet.Names];

    [Theory]
    [MemberData(nameof(Published))]
    public void Names_every_published_architecture(string name)
    {
        ResNetConfig expected = ResNet.Configure(name, classes: 37, inputChannels: 4);
        ResNetConfig found = ArchitectureInference.Infer(Shapes(expected));
        Assert.Equal(name, found.Name);
        Assert.True(found.HasSameStructure(expected));
    }

    [Theory]
    [InlineData(ResNetBlock.Basic, 1)]
    [InlineData(ResNetBlock.Bottleneck, 1)]
    [InlineData(ResNetBlock.Bottleneck, 4)]
    public void Tells_any_widths_depths_and_groups(ResNetBlock block, int groups)
    {
        int[] widths = [12, 20, 36];
        ResNetConfig expected = new()
        {
            Block = block,
            Depths = [1, 3, 2],
            Widths = widths,
            InnerWidths = block == ResNetBlock.Basic ? widths : [8, 16, 24],
            Groups = groups,
            StemWidth = 12,
            Classes = 1,
            InputChannels = 1,
        };
        ResNetConfig found = ArchitectureInference.Infer(Shapes(expected));
        Assert.Equal("resnet", found.Name);
        Assert.True(found.HasSameStructure(expected));
    }

    [Theory]
    [InlineData("conv1.0.weight", "deep stem")]
    [InlineData("layer2.0.downsample.1.weight:8,8,1,1", "average-pooled shortcuts")]
    [InlineData("layer1.0.se.fc1.weight:4,8,1,1", "squeeze-and-excitation")]
    [InlineData("layer1.0.fc1.weight:4,8,1,1", "squeeze-and-excitation")]
    [InlineData("layer2.0.aa.filt:8,1,3,3", "anti-aliased")]
    [InlineData("layer2.0.conv2.1.filt:8,1,3,3", "anti-aliased")]
    [InlineData("layer1.0.conv2.conv.weight:8,8,3,3", "split attention")]
    [InlineData("conv1.weight:8,3,3,3", "not 7×7")]
    [InlineData("conv1.weight:8,3,1,7,7", "3-D ResNets")]
    [InlineData("conv1.weight:8,3,7", "1-D ResNets")]
    public void Refuses_relatives_by_name(string tensor, string what)
    {
        Dictionary<string, TensorShape> shapes = Shapes(Support.TestModels.TinyConfig);
        string[] parts = tensor.Split(':');
        shapes[parts[0]] = parts.Length == 1 ? new TensorShape(8, 3, 3, 3) : new TensorShape([.. parts[1].Split(',').Select(int.Parse)]);
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ArchitectureInference.Infer(shapes));
        Assert.Contains(what, exception.Message, StringComparison.Ordinal);
        Assert.Contains(parts[0], exception.Message, StringComparison.Ordinal);
        Assert.Contains("resnet18", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_other_networks()
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ArchitectureInference.Infer(new Dictionary<string, TensorShape> { ["features.0.weight"] = new(64, 3, 3, 3) }));
        Assert.Contains("no conv1.weight, but 'features.0.weight'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layer1.9999.conv1.weight", "10003 blocks")]
    [InlineData("layer1.999.conv1.weight", "1003 blocks")]
    [InlineData("layer1.99.conv1.weight", "103 blocks, but there are only 63 tensors")]
    [InlineData("layer6.0.conv1.weight", "leave out layer5")]
    public void A_name_alone_cannot_make_a_network_large(string name, string reason)
    {
        Dictionary<string, TensorShape> shapes = Shapes(Support.TestModels.TinyConfig);
        shapes[name] = new TensorShape(8, 8, 3, 3);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(reason, Assert.Throws<CudaNetException>(() => ArchitectureInference.Infer(shapes)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Nine_names_cannot_make_nine_deep_stages()
    {
        Dictionary<string, TensorShape> shapes = Shapes(Support.TestModels.TinyConfig);
        for (int stage = 1; stage <= 9; stage++)
        {
            shapes[$"layer{stage}.99.conv2.weight"] = new TensorShape(8, 8, 3, 3);
        }

        Assert.Contains("900 blocks", Assert.Throws<CudaNetException>(() => ArchitectureInference.Infer(shapes)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, TensorShape> Shapes(ResNetConfig config) =>
        ResNet.Build(config).Parameters.ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);
}
