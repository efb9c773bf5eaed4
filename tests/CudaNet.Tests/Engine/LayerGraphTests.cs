using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Engine;

public sealed class LayerGraphTests
{
    private readonly LayerGraph _graph = ResNet.Build("resnet18", classes: 15);

    [Theory]
    [InlineData("layer1.0.conv1", "layer1.0.conv1")]
    [InlineData("relu", "act1")]
    [InlineData("layer1.0.relu_1", "layer1.0.act2")]
    [InlineData("avgpool", "global_pool")]
    [InlineData("layer3", "layer3.1.act2")]
    [InlineData("layer2.0", "layer2.0.act2")]
    [InlineData("layer2.0.downsample", "layer2.0.downsample.1")]
    [InlineData("input", "input")]
    public void Finds_a_layer_by_name_alias_and_scope(string asked, string found) => Assert.Equal(found, _graph.Find(asked).Name);

    [Theory]
    [InlineData("globalpool", "global_pool")]
    [InlineData("layer1.0.conv9", "layer1.0.conv1")]
    [InlineData("Layer4", "layer4")]
    public void Suggests_the_nearest_name(string wrong, string near)
    {
        LayerNotFoundException exception = Assert.Throws<LayerNotFoundException>(() => _graph.Find(wrong));
        Assert.Contains(near, exception.Suggestions);
        Assert.Contains(wrong, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("layer")]
    [InlineData("layer1.")]
    [InlineData(".")]
    public void Refuses_what_is_no_scope(string name) => Assert.Throws<LayerNotFoundException>(() => _graph.Find(name));

    [Fact]
    public void Has_68_layers_and_the_parameters_of_resnet18()
    {
        Assert.Equal(68, _graph.Layers.Count());
        // torchvision's resnet18: 11,689,512 parameters with 1000 classes, without the running statistics.
        long count = ResNet.Build("resnet18").Parameters.Where(p => !p.Name.Contains("running", StringComparison.Ordinal)).Sum(p => p.Shape.ElementCount);
        Assert.Equal(11_689_512, count);
    }

    /// <summary>Counts from torchvision's documentation of its models.</summary>
    [Theory]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("resnet101", 44_549_160)]
    [InlineData("resnet152", 60_192_808)]
    [InlineData("resnext50_32x4d", 25_028_904)]
    [InlineData("resnext101_32x8d", 88_791_336)]
    [InlineData("resnext101_64x4d", 83_455_272)]
    [InlineData("wide_resnet50_2", 68_883_240)]
    [InlineData("wide_resnet101_2", 126_886_696)]
    public void Parameter_counts_match_torchvision(string name, long expected) =>
        Assert.Equal(expected, ResNet.Build(name).Parameters.Where(p => !p.Name.Contains("running", StringComparison.Ordinal)).Sum(p => p.Shape.ElementCount));

    [Fact]
    public void A_shape_that_does_not_fit_names_the_layer()
    {
        ShapeException exception = Assert.Throws<ShapeException>(() => _graph.InferShapes(new TensorShape(1, 4, 64, 64)));
        Assert.Contains("'input'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("3 channels", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<LayerOp> Contradictions =>
    [
        new Conv2d(4, 4, 3, 3, Stride: 0),
        new Conv2d(4, 4, 3, 3) with { Groups = 0 },
        new Conv2d(4, 4, 3, 3, Groups: 3),
        new Conv2d(0, 4, 3, 3),
        new Conv2d(4, 4, 3, 3, Padding: -1),
        new MaxPool2d(3, 2) with { Stride = 0 },
        new MaxPool2d(3, 2, 3),
        new AvgPool2d(3, 2, new Padding(0, 0, 0, 3)),
        new MaxPool2d(3, 2, int.MaxValue),
        new Offset(4, 8, 0),
    ];

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void An_operator_that_contradicts_itself_enters_no_graph(LayerOp op)
    {
        GraphBuilder builder = new(4);
        Assert.Throws<ShapeException>(() => builder.Add("op", op, builder.Input));
        Assert.Throws<ShapeException>(() => op.InferShape([new TensorShape(1, 4, 8, 8)]));
    }

    [Theory]
    [InlineData(4, 8, 7)]
    [InlineData(4, 6, 9)]
    [InlineData(3, 6, 7)]
    public void An_offset_takes_images_of_its_own_extents(int channels, int height, int width)
    {
        ShapeException exception = Assert.Throws<ShapeException>(() => new Offset(4, 6, 7).InferShape([new TensorShape(2, channels, height, width)]));
        Assert.Contains($"4×6×7, not the {channels}×{height}×{width} of 2×{channels}×{height}×{width}", exception.Message, StringComparison.Ordinal);
    }
}
