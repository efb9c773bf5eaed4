using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Models whose weights come from <see cref="Formula"/>.</summary>
public static class TestModels
{
    /// <summary>One basic block a stage, widths 8, 8, 16, 16, 32 (stem first), 5 classes: the golden checkpoints' network.</summary>
    public static ResNetConfig TinyConfig { get; } = new()
    {
        Block = ResNetBlock.Basic,
        Depths = [1, 1, 1, 1],
        Widths = [8, 16, 16, 32],
        InnerWidths = [8, 16, 16, 32],
        StemWidth = 8,
        Classes = 5,
    };

    public static Model Tiny() => Create(TinyConfig);

    public static Model Create(string name, int classes = 10) => Create(ResNet.Configure(name, classes));

    public static Model Create(ResNetConfig config)
    {
        LayerGraph graph = ResNet.Build(config);
        return new Model(graph, Formula.Parameters(graph), new ModelMetadata { Architecture = config.Name, ResNet = config });
    }
}
