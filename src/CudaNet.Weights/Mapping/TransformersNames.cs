using System.Globalization;

namespace CudaNet.Weights;

/// <summary>The names of Hugging Face transformers' ResNetModel.</summary>
internal static class TransformersNames
{
    /// <summary>timm's name, or null where the name is none of transformers'.</summary>
    public static string? Translate(string name) => name.Split('.', 10) switch
    {
        ["embedder", "embedder", var unit, var leaf] => Unit(unit) is { } u ? $"{(u == 0 ? "conv1" : "bn1")}.{leaf}" : null,
        ["encoder", "stages", var stage, "layers", var block, "shortcut", var unit, var leaf] when Unit(unit) is { } u && Next(stage) is { } s =>
            $"layer{s}.{block}.downsample.{u}.{leaf}",
        ["encoder", "stages", var stage, "layers", var block, "layer", var number, var unit, var leaf] when Unit(unit) is { } u && Next(stage) is { } s && Next(number) is { } n =>
            $"layer{s}.{block}.{(u == 0 ? "conv" : "bn")}{n}.{leaf}",
        _ => null,
    };

    private static int? Unit(string name) => name switch { "convolution" => 0, "normalization" => 1, _ => null };

    private static int? Next(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value < 1000 ? value + 1 : null;
}
