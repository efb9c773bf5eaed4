namespace CudaNet.Engine;

/// <summary>
/// Builds ResNets (He et al. 2015, arXiv:1512.03385; ResNeXt: Xie et al. 2016, arXiv:1611.05431; wide: Zagoruyko &amp; Komodakis 2016,
/// arXiv:1605.07146) with timm's names and torchvision's as aliases. A stage's stride is on the 3×3 convolution ("v1.5"). A block's shortcut
/// convolution runs before the block's last convolution, which adds it: so every residual sum is part of that convolution's step.
/// </summary>
public static class ResNet
{
    private static readonly int[] BasicWidths = [64, 128, 256, 512];
    private static readonly int[] BottleneckWidths = [256, 512, 1024, 2048];

    /// <summary>The published architectures, by the names that torchvision and timm give them.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
        "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2",
    ];

    /// <summary>The configuration of a published architecture.</summary>
    /// <exception cref="CudaNetException">The name is none of <see cref="Names"/>.</exception>
    public static ResNetConfig Configure(string name, int classes = 1000, int inputChannels = 3)
    {
        ResNetConfig config = name switch
        {
            "resnet18" => Basic(2, 2, 2, 2),
            "resnet34" => Basic(3, 4, 6, 3),
            "resnet50" => Bottleneck(6, 64, 1),
            "resnet101" => Bottleneck(23, 64, 1),
            "resnet152" => Bottleneck(36, 64, 1) with { Depths = [3, 8, 36, 3] },
            "resnext50_32x4d" => Bottleneck(6, 128, 32),
            "resnext101_32x8d" => Bottleneck(23, 256, 32),
            "resnext101_64x4d" => Bottleneck(23, 256, 64),
            "wide_resnet50_2" => Bottleneck(6, 128, 1),
            "wide_resnet101_2" => Bottleneck(23, 128, 1),
            _ => throw new CudaNetException($"there is no architecture '{name}'") { Hint = $"Known are {string.Join(", ", Names)}." },
        };
        return config with { Name = name, Classes = classes, InputChannels = inputChannels };
    }

    /// <summary>The graph of a published architecture.</summary>
    /// <exception cref="CudaNetException">The name is none of <see cref="Names"/>.</exception>
    public static LayerGraph Build(string name, int classes = 1000, int inputChannels = 3) => Build(Configure(name, classes, inputChannels));

    /// <summary>The graph of any configuration.</summary>
    /// <exception cref="CudaNetException">The numbers contradict each other or are not positive, or a variation is of a layer that is not there or cannot stand in its place.</exception>
    public static LayerGraph Build(ResNetConfig config)
    {
        Check(config);
        ResNetLayers graph = new(config);
        LayerNode value = graph.Add("conv1", new Conv2d(config.InputChannels, config.StemWidth, 7, 7, Stride: 2, Padding: 3), graph.Input);
        value = graph.Add("bn1", new BatchNorm2d(config.StemWidth), value);
        value = graph.Add("act1", new ReLU(), value, aliases: ["relu"]);
        value = graph.Add("maxpool", new MaxPool2d(3, 2, 1), value);
        int channels = config.StemWidth;
        for (int stage = 0; stage < config.Depths.Count; stage++)
        {
            for (int block = 0; block < config.Depths[stage]; block++)
            {
                using IDisposable scope = graph.Scope($"layer{stage + 1}.{block}");
                int stride = stage > 0 && block == 0 ? 2 : 1;
                value = AddBlock(graph, config, value, channels, stage, stride);
                channels = config.Widths[stage];
            }
        }

        value = graph.Add("global_pool", new GlobalAveragePool(), value, aliases: ["avgpool", "flatten"]);
        AddHead(graph, config, value, channels);
        return graph.Build();
    }

    private static void AddHead(ResNetLayers graph, ResNetConfig config, LayerNode value, int channels)
    {
        if (config.HeadWidth > 0)
        {
            value = graph.Add("fc.0", new Linear(channels, config.HeadWidth, config.HeadBias), value);
            value = config.HeadActivation == HeadActivation.ReLU ? graph.Add("fc.1", new ReLU(), value) : value;
            graph.Add("fc.2", new Linear(config.HeadWidth, config.Classes, config.HeadBias), value);
        }
        else if (config.Classes > 0)
        {
            graph.Add("fc", new Linear(channels, config.Classes, config.HeadBias), value);
        }
    }

    private static LayerNode AddBlock(ResNetLayers graph, ResNetConfig config, LayerNode input, int channels, int stage, int stride)
    {
        int width = config.Widths[stage];
        int inner = config.InnerWidths[stage];
        bool bottleneck = config.Block == ResNetBlock.Bottleneck;
        LayerNode value = bottleneck
            ? AddUnit(graph, 1, new Conv2d(channels, inner, 1, 1), input, "relu")
            : AddUnit(graph, 1, new Conv2d(channels, width, 3, 3, stride, Padding: 1), input, "relu");
        if (bottleneck)
        {
            value = AddUnit(graph, 2, new Conv2d(inner, inner, 3, 3, stride, Padding: 1, Groups: config.Groups), value, "relu_1");
        }

        LayerNode shortcut = input;
        if (stride != 1 || channels != width)
        {
            shortcut = graph.Add("downsample.0", new Conv2d(channels, width, 1, 1, stride), input);
            shortcut = graph.Add("downsample.1", new BatchNorm2d(width), shortcut);
        }

        int last = bottleneck ? 3 : 2;
        value = graph.Add($"conv{last}", bottleneck ? new Conv2d(inner, width, 1, 1) : new Conv2d(width, width, 3, 3, Padding: 1), value);
        value = graph.Add($"bn{last}", new BatchNorm2d(width), value);
        value = graph.Add("add", new Add(), value, shortcut);
        return graph.Add($"act{last}", new ReLU(), value, aliases: [bottleneck ? "relu_2" : "relu_1"]);
    }

    private static LayerNode AddUnit(ResNetLayers graph, int number, Conv2d convolution, LayerNode input, string alias)
    {
        LayerNode value = graph.Add($"conv{number}", convolution, input);
        value = graph.Add($"bn{number}", new BatchNorm2d(convolution.OutChannels), value);
        return graph.Add($"act{number}", new ReLU(), value, aliases: [alias]);
    }

    private static void Check(ResNetConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        int stages = config.Depths.Count;
        IEnumerable<int> numbers = [.. config.Depths, .. config.Widths, .. config.InnerWidths, config.Groups, config.StemWidth, config.InputChannels];
        if (stages is < 1 or > 9 || config.Widths.Count != stages || config.InnerWidths.Count != stages || numbers.Any(n => n <= 0))
        {
            throw new CudaNetException("a ResNet has one to nine stages, each with a positive depth, width and inner width, and positive groups, stem and channels");
        }

        if (config.Classes < 0 || config.HeadWidth < 0 || (config.HeadWidth > 0 && config.Classes == 0))
        {
            throw new CudaNetException("a head has a positive number of classes, or none where there is no head, and a width only between its two linear layers");
        }

        if (config.Block == ResNetBlock.Basic && (config.Groups != 1 || !config.InnerWidths.SequenceEqual(config.Widths)))
        {
            throw new CudaNetException("basic blocks have one group and inner widths equal to their widths");
        }
    }

    private static ResNetConfig Basic(params int[] depths) =>
        new() { Block = ResNetBlock.Basic, Depths = depths, Widths = BasicWidths, InnerWidths = BasicWidths };

    private static ResNetConfig Bottleneck(int third, int inner, int groups) =>
        new()
        {
            Block = ResNetBlock.Bottleneck,
            Depths = [3, 4, third, 3],
            Widths = BottleneckWidths,
            InnerWidths = [inner, 2 * inner, 4 * inner, 8 * inner],
            Groups = groups,
        };
}
