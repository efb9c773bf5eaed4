using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Tests.Weights;

/// <summary>Trees of pickled modules, made by hand: the layouts of projects whose files are not recorded.</summary>
internal static class ModuleTrees
{
    /// <summary>One stage of one basic block.</summary>
    public static ResNetConfig Config { get; } = new() { Block = ResNetBlock.Basic, Depths = [1], Widths = [4], InnerWidths = [4], StemWidth = 4, Classes = 2 };

    public static PicklePlaceholder Module(string type, params ReadOnlySpan<(string Name, object? Value)> members)
    {
        PickleDictionary attributes = new();
        PickleDictionary modules = new();
        foreach ((string name, object? value) in members)
        {
            (value is PicklePlaceholder ? modules : attributes).Add(name, value);
        }

        attributes.Add("_modules", modules);
        int dot = type.LastIndexOf('.');
        PicklePlaceholder module = new(new PickleGlobal(type[..dot], type[(dot + 1)..]));
        module.Build(attributes);
        return module;
    }

    public static PicklePlaceholder Convolution(long kernel, long stride, long padding) => Module(
        "torch.nn.modules.conv.Conv2d", ("kernel_size", Pair(kernel)), ("stride", Pair(stride)), ("padding", Pair(padding)), ("dilation", Pair(1)), ("groups", 1L), ("padding_mode", "zeros"));

    public static PicklePlaceholder Norm() => Module("torch.nn.modules.batchnorm.BatchNorm2d", ("eps", 1e-5));

    public static PicklePlaceholder Relu() => Module("torch.nn.modules.activation.ReLU", ("inplace", true));

    public static PicklePlaceholder Identity() => Module("torch.nn.modules.linear.Identity");

    public static PicklePlaceholder MaxPool() => Module("torch.nn.modules.pooling.MaxPool2d", ("kernel_size", 3L), ("stride", 2L), ("padding", 1L), ("dilation", 1L), ("ceil_mode", false));

    public static PicklePlaceholder Sequence(params ReadOnlySpan<(string Name, object? Value)> members) => Module("torch.nn.modules.container.Sequential", members);

    /// <summary>timm's ResNet, with what its options put into a block and into the head.</summary>
    public static PicklePlaceholder Timm(PicklePlaceholder inBlock, string pooling = "avg") => Module(
        "timm.models.resnet.ResNet",
        ("conv1", Convolution(7, 2, 3)), ("bn1", Norm()), ("act1", Relu()), ("maxpool", MaxPool()),
        ("layer1", Sequence(("0", Module(
            "timm.models.resnet.BasicBlock",
            ("conv1", Convolution(3, 1, 1)), ("bn1", Norm()), ("drop_block", inBlock), ("act1", Relu()), ("aa", Identity()), ("conv2", Convolution(3, 1, 1)), ("bn2", Norm()), ("act2", Relu()))))),
        ("global_pool", Module(
            "timm.layers.adaptive_avgmax_pool.SelectAdaptivePool2d",
            ("pool_type", pooling), ("pool", Module("timm.layers.adaptive_avgmax_pool.FastAdaptiveAvgPool2d")), ("flatten", Identity()))),
        ("fc", Module("torch.nn.modules.linear.Linear")));

    /// <summary>transformers' ResNet for classification, whose last unit of a block has no activation.</summary>
    public static PicklePlaceholder Transformers(PicklePlaceholder activation)
    {
        PicklePlaceholder units = Sequence(("0", Unit(Convolution(3, 1, 1), activation)), ("1", Unit(Convolution(3, 1, 1), Identity())));
        PicklePlaceholder stage = Transformers("ResNetStage", ("layers", Sequence(("0", Transformers("ResNetBasicLayer", ("shortcut", Identity()), ("layer", units), ("activation", activation))))));
        PicklePlaceholder encoder = Transformers("ResNetEncoder", ("stages", Module("torch.nn.modules.container.ModuleList", ("0", stage))));
        PicklePlaceholder embedder = Transformers("ResNetEmbeddings", ("embedder", Unit(Convolution(7, 2, 3), activation)), ("pooler", MaxPool()));
        PicklePlaceholder pooler = Module("torch.nn.modules.pooling.AdaptiveAvgPool2d", ("output_size", Pair(1)));
        PicklePlaceholder flatten = Module("torch.nn.modules.flatten.Flatten", ("start_dim", 1L), ("end_dim", -1L));
        return Transformers(
            "ResNetForImageClassification",
            ("resnet", Transformers("ResNetModel", ("embedder", embedder), ("encoder", encoder), ("pooler", pooler))),
            ("classifier", Sequence(("0", flatten), ("1", Module("torch.nn.modules.linear.Linear")))));
    }

    /// <summary>Names in the file of <see cref="Timm"/>.</summary>
    public static Dictionary<string, string> TimmNames => Graph.Parameters.ToDictionary(p => p.Name, p => p.Name);

    /// <summary>Names in the file of <see cref="Transformers(PicklePlaceholder)"/>.</summary>
    public static Dictionary<string, string> TransformersNames => Graph.Parameters.ToDictionary(p => p.Name, p => p.Name
        .Replace("fc.", "classifier.1.", StringComparison.Ordinal)
        .Replace("layer1.0.conv1", "resnet.encoder.stages.0.layers.0.layer.0.convolution", StringComparison.Ordinal)
        .Replace("layer1.0.bn1", "resnet.encoder.stages.0.layers.0.layer.0.normalization", StringComparison.Ordinal)
        .Replace("layer1.0.conv2", "resnet.encoder.stages.0.layers.0.layer.1.convolution", StringComparison.Ordinal)
        .Replace("layer1.0.bn2", "resnet.encoder.stages.0.layers.0.layer.1.normalization", StringComparison.Ordinal)
        .Replace("conv1.weight", "resnet.embedder.embedder.convolution.weight", StringComparison.Ordinal)
        .Replace("bn1.", "resnet.embedder.embedder.normalization.", StringComparison.Ordinal));

    private static LayerGraph Graph => ResNet.Build(Config);

    /// <summary>What comes of a tree.</summary>
    public static SupposedNetwork Check(PicklePlaceholder root, Dictionary<string, string> names)
    {
        SupposedNetwork network = new(Graph, names);
        new PickledModules(root).Check(network);
        return network;
    }

    private static PicklePlaceholder Transformers(string type, params ReadOnlySpan<(string Name, object? Value)> members) => Module($"transformers.models.resnet.modeling_resnet.{type}", members);

    private static PicklePlaceholder Unit(PicklePlaceholder convolution, PicklePlaceholder activation) =>
        Transformers("ResNetConvLayer", ("convolution", convolution), ("normalization", Norm()), ("activation", activation));

    private static object?[] Pair(long value) => [value, value];
}
