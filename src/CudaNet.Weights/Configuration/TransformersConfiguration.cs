using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>transformers' <c>config.json</c>. Source: <c>ResNetConfig</c> of <c>models/resnet/configuration_resnet.py</c> and what <c>modeling_resnet.py</c> makes of it.</summary>
internal static class TransformersConfiguration
{
    private const string Kind = "model_type", Classes = "architectures", Labelled = "id2label";

    /// <summary>True for a file that names a kind of model, or a class of one.</summary>
    public static bool Is(ConfigurationValues values) => values.Has(Kind, JsonValueKind.String) || ClassName(values) is not null;

    /// <summary>The kind of model, where that is no ResNet, so that the file is another network's.</summary>
    public static string? OtherNetwork(ConfigurationValues values)
    {
        string kind = values.Has(Kind, JsonValueKind.String) ? values.Text(Kind)! : ClassName(values)!;
        return kind == "resnet" || (!values.Has(Kind) && kind.StartsWith("ResNet", StringComparison.Ordinal)) ? null : kind;
    }

    /// <summary>Holds what it says of the network against the tensors.</summary>
    /// <param name="values">The file.</param>
    /// <param name="network">What the tensors say.</param>
    /// <param name="relativesOnly">As in <see cref="TimmConfiguration.Check"/>.</param>
    /// <exception cref="CudaNetException">It is another network.</exception>
    public static void Check(ConfigurationValues values, ResNetConfig network, bool relativesOnly)
    {
        if (values.Has("hidden_act") && values.Raw("hidden_act") != "relu")
        {
            throw values.Relative("hidden_act", "only relu is computed");
        }

        if (values.Flag("downsample_in_bottleneck") == true && network.Block == ResNetBlock.Bottleneck)
        {
            throw values.Relative("downsample_in_bottleneck", "the stride is on the first 1×1 convolution, and only that on the 3×3 is computed");
        }

        if (values.Flag("downsample_in_first_stage") == true)
        {
            throw values.Relative("downsample_in_first_stage", "only a first stage without a stride is computed");
        }

        if (relativesOnly)
        {
            return;
        }

        string block = network.Block == ResNetBlock.Bottleneck ? "bottleneck" : "basic";
        if (values.Text("layer_type") is { } stated && stated != block)
        {
            throw values.Malformed("layer_type", $"{block}, as the tensors are");
        }

        CheckList(values, "depths", network.Depths);
        CheckList(values, "hidden_sizes", network.Widths);
        CheckNumber(values, "embedding_size", network.StemWidth);
        CheckNumber(values, "num_channels", network.InputChannels);
    }

    /// <summary>The labels; null where there are none but placeholders.</summary>
    /// <exception cref="CudaNetException">They are no labels.</exception>
    public static IReadOnlyList<string>? Labels(ConfigurationValues values)
    {
        if (values.Find(Labelled) is not { } found)
        {
            return null;
        }

        string[] labels = LabelLists.Read(found) ?? throw values.Malformed(Labelled, "a label for each number from 0");
        return LabelLists.ArePlaceholders(labels) ? null : labels;
    }

    private static string? ClassName(ConfigurationValues values) =>
        values.Find(Classes) is { ValueKind: JsonValueKind.Array } names && names.GetArrayLength() > 0 && names[0].ValueKind == JsonValueKind.String ? names[0].GetString() : null;

    private static void CheckList(ConfigurationValues values, string key, IReadOnlyList<int> found)
    {
        if (values.Wholes(key) is { } stated && !stated.SequenceEqual(found))
        {
            throw values.Malformed(key, $"[{string.Join(", ", found)}], as the tensors are");
        }
    }

    private static void CheckNumber(ConfigurationValues values, string key, int found)
    {
        if (values.Whole(key) is { } stated && stated != found)
        {
            throw values.Malformed(key, $"{found}, as the tensors are");
        }
    }
}
