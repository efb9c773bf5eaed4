using System.Text.RegularExpressions;

namespace CudaNet.Weights;

/// <summary>How a project names the layers of a ResNet.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Root">Matches the names that only such a network has; its group <c>root</c> is what goes before the network's own names.</param>
/// <param name="Translate">timm's name of a name behind the root; null where it is no layer of a ResNet's body.</param>
internal sealed partial record NamingScheme(string Name, Regex Root, Func<string, string?> Translate)
{
    /// <summary>The name of detectron2's scheme.</summary>
    public const string Detectron2 = "detectron2";

    /// <summary>All of them; a network's names fit one.</summary>
    public static IReadOnlyList<NamingScheme> All { get; } =
    [
        // timm's resnet.py, torchvision's resnet.py; kuangliu/pytorch-cifar's shortcut.
        new("torchvision and timm", StageRoot(), TranslateUsual),

        // transformers' modeling_resnet.py.
        new("transformers", TransformersRoot(), TransformersNames.Translate),

        // detectron2's modeling/backbone/resnet.py.
        new(Detectron2, Detectron2Root(), TranslateDetectron2),

        // nn.Sequential(*resnet.children()): conv1, bn1, relu, maxpool, layer1 to layer4, and what is behind them.
        new("nn.Sequential of a ResNet's children", ChildrenRoot(), TranslateChildren),
    ];

    /// <summary>The last child that belongs to the body.</summary>
    public const int LastChild = 7;

    private static string? TranslateUsual(string name)
    {
        if (name.StartsWith("conv1.", StringComparison.Ordinal) || name.StartsWith("bn1.", StringComparison.Ordinal))
        {
            return name;
        }

        return Stage().IsMatch(name) ? name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal) : null;
    }

    private static string? TranslateDetectron2(string name) => name.Split('.') switch
    {
        ["stem", "conv1", "norm", var leaf] => $"bn1.{leaf}",
        ["stem", "conv1", var leaf] => $"conv1.{leaf}",
        [['r', 'e', 's', >= '2' and <= '9' and var stage], var block, "shortcut", "norm", var leaf] => $"layer{stage - '1'}.{block}.downsample.1.{leaf}",
        [['r', 'e', 's', >= '2' and <= '9' and var stage], var block, "shortcut", var leaf] => $"layer{stage - '1'}.{block}.downsample.0.{leaf}",
        [['r', 'e', 's', >= '2' and <= '9' and var stage], var block, ['c', 'o', 'n', 'v', var number], "norm", var leaf] => $"layer{stage - '1'}.{block}.bn{number}.{leaf}",
        [['r', 'e', 's', >= '2' and <= '9' and var stage], ..] => $"layer{stage - '1'}{name[4..]}",
        _ => null,
    };

    private static string? TranslateChildren(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot != 1 ? null : name[0] switch
        {
            '0' => "conv1" + name[dot..],
            '1' => "bn1" + name[dot..],
            >= '4' and <= '7' and var stage => $"layer{stage - '3'}{name[dot..]}".Replace(".shortcut.", ".downsample.", StringComparison.Ordinal),
            _ => null,
        };
    }

    [GeneratedRegex(@"^(?<root>(.*?\.)?)layer[1-9]\.[0-9]{1,4}\..*(weight|bias)$", RegexOptions.CultureInvariant)]
    private static partial Regex StageRoot();

    [GeneratedRegex(@"^layer[1-9]\.[0-9]{1,4}\.", RegexOptions.CultureInvariant)]
    private static partial Regex Stage();

    [GeneratedRegex(@"^(?<root>(.*?\.)?)encoder\.stages\.[0-9]{1,3}\.layers\..*weight$", RegexOptions.CultureInvariant)]
    private static partial Regex TransformersRoot();

    [GeneratedRegex(@"^(?<root>(.*?\.)?)res[2-9]\.[0-9]{1,4}\.conv1\.weight$", RegexOptions.CultureInvariant)]
    private static partial Regex Detectron2Root();

    [GeneratedRegex(@"^(?<root>(.*?\.)?)4\.0\.conv1\.weight$", RegexOptions.CultureInvariant)]
    private static partial Regex ChildrenRoot();
}
