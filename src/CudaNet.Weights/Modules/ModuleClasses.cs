namespace CudaNet.Weights;

/// <summary>What classes of modules are, by name: a pickle has no more of them.</summary>
internal static class ModuleClasses
{
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "torch.nn.modules.linear.Identity", "torch.nn.modules.flatten.Flatten",
        "torch.nn.modules.dropout.Dropout", "torch.nn.modules.dropout.Dropout1d", "torch.nn.modules.dropout.Dropout2d", "torch.nn.modules.dropout.Dropout3d",
        "torch.nn.modules.dropout.AlphaDropout", "torch.nn.modules.dropout.FeatureAlphaDropout", "torchvision.ops.stochastic_depth.StochasticDepth",
    };

    private static readonly HashSet<string> Normalizations = new(StringComparer.Ordinal)
    {
        "torch.nn.modules.batchnorm.BatchNorm2d", "torch.nn.modules.batchnorm.BatchNorm1d", "torch.nn.modules.batchnorm.SyncBatchNorm",
        "torchvision.ops.misc.FrozenBatchNorm2d", "detectron2.layers.batch_norm.FrozenBatchNorm2d",
    };

    /// <summary>Containers and wrappers that only hand on what they are given.</summary>
    private static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "torch.nn.parallel.data_parallel.DataParallel", "torch.nn.parallel.distributed.DistributedDataParallel", "torch.optim.swa_utils.AveragedModel",
        "torch._dynamo.eval_frame.OptimizedModule", "torch.nn.modules.container.ModuleList", "torch.nn.modules.container.ModuleDict",
    };

    private static readonly string[] Known =
    [
        "torchvision.models.resnet.ResNet", "torchvision.models.resnet.BasicBlock", "torchvision.models.resnet.Bottleneck",
        "timm.models.resnet.ResNet", "timm.models.resnet.BasicBlock", "timm.models.resnet.Bottleneck",
    ];

    private static readonly string[] Transformers =
    [
        "ResNetForImageClassification", "ResNetModel", "ResNetEmbeddings", "ResNetConvLayer", "ResNetEncoder", "ResNetStage", "ResNetBasicLayer", "ResNetBottleNeckLayer", "ResNetShortCut",
    ];

    public static bool IsConvolution(PickleGlobal type) => $"{type}" == "torch.nn.modules.conv.Conv2d";

    public static bool IsNormalization(PickleGlobal type) => Normalizations.Contains($"{type}");

    public static bool IsLinear(PickleGlobal type) => $"{type}" is "torch.nn.modules.linear.Linear" or "torch.nn.modules.linear.NonDynamicallyQuantizableLinear";

    public static bool IsRelu(PickleGlobal type) => $"{type}" == "torch.nn.modules.activation.ReLU";

    public static bool IsMaxPool(PickleGlobal type) => $"{type}" == "torch.nn.modules.pooling.MaxPool2d";

    public static bool IsAveragePool(PickleGlobal type) => $"{type}" == "torch.nn.modules.pooling.AvgPool2d";

    public static bool IsAdaptiveAveragePool(PickleGlobal type) => $"{type}" == "torch.nn.modules.pooling.AdaptiveAvgPool2d";

    /// <summary>timm's pooling without a window: the mean, and a flatten.</summary>
    public static bool IsTimmAveragePool(PickleGlobal type) => IsTimmLayer(type) && type.Name is "FastAdaptiveAvgPool2d" or "FastGlobalAvgPool2d" or "FastAdaptiveAvgPool";

    /// <summary>timm's head, which says what it pools by.</summary>
    public static bool IsTimmHead(PickleGlobal type) => IsTimmLayer(type) && type.Name == "SelectAdaptivePool2d";

    public static bool IsFlatten(PickleGlobal type) => $"{type}" == "torch.nn.modules.flatten.Flatten";

    /// <summary>True for what has one module in it, and gives what that one gives.</summary>
    public static bool IsWrapper(PickleGlobal type) => Wrappers.Contains($"{type}") && !IsContainer(type);

    public static bool IsContainer(PickleGlobal type) => type.Module == "torch.nn.modules.container";

    public static bool IsSequential(PickleGlobal type) => $"{type}" == "torch.nn.modules.container.Sequential";

    /// <summary>True where it changes nothing in inference.</summary>
    public static bool IsHarmless(PickleGlobal type) => Harmless.Contains($"{type}") || (IsTimmLayer(type) && type.Name is "DropPath" or "DropBlock2d");

    /// <summary>True for what only training looks at.</summary>
    public static bool IsTraining(PickleGlobal type) =>
        type.Module == "torch.nn.modules.loss" || type.Module.StartsWith("torchmetrics.", StringComparison.Ordinal) || (type.Module.StartsWith("timm.loss", StringComparison.Ordinal));

    /// <summary>True where its code is the usual one, so that its attributes and the modules in it say all.</summary>
    public static bool IsKnown(PickleGlobal type) =>
        IsSequential(type) || Wrappers.Contains($"{type}") || Known.Contains($"{type}") || IsTimmHead(type)
        || (type.Module == "transformers.models.resnet.modeling_resnet" && Transformers.Contains(type.Name));

    private static bool IsTimmLayer(PickleGlobal type) =>
        type.Module.StartsWith("timm.layers.", StringComparison.Ordinal) || type.Module.StartsWith("timm.models.layers.", StringComparison.Ordinal);
}
