using System.Text.Json;
using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// timm's <c>config.json</c>. Source: <c>save_config_for_hf</c> and <c>load_model_config_from_hf</c> of <c>timm/models/_hub.py</c>; defaults as in <c>resolve_data_config</c> of
/// <c>timm/data/config.py</c>.
/// </summary>
internal static partial class TimmConfiguration
{
    private const string Architecture = "architecture", Arguments = "model_args", DataKey = "pretrained_cfg", Pool = "global_pool";

    /// <summary>Arguments that change no value of a trained network, and those that its tensors tell.</summary>
    private static readonly HashSet<string> Harmless = new(
        ["drop_rate", "drop_path_rate", "drop_block_rate", "zero_init_last", "pretrained", "block", "channels", "cardinality", "base_width", "stem_width", "block_reduce_first", "down_kernel_size", "scriptable", "exportable", "no_jit", "checkpoint_path", "cache_dir", "img_size"],
        StringComparer.Ordinal);

    private static readonly string[] LabelKeys = ["label_names", "labels"];

    private static readonly string[] DataKeys = ["input_size", "mean", "std", "interpolation", "crop_pct"];

    /// <summary>True for a file that names an architecture.</summary>
    public static bool Is(ConfigurationValues values) => values.Has(Architecture, JsonValueKind.String);

    /// <summary>The architecture that it names, where that is no ResNet, so that the file is another network's.</summary>
    public static string? OtherNetwork(ConfigurationValues values) =>
        values.Text(Architecture)! is var declared && Name(declared) is var name && !ResNet.Names.Contains(name) && !RelativeNames.IsRelative(name) && !Plain().IsMatch(name) ? declared : null;

    /// <summary>Holds what it says of the network against the tensors.</summary>
    /// <param name="values">The file.</param>
    /// <param name="network">What the tensors say.</param>
    /// <param name="relativesOnly">True: a contradiction is none of an error's business, only what leaves no trace in the tensors.</param>
    /// <exception cref="CudaNetException">It is another network.</exception>
    public static void Check(ConfigurationValues values, ResNetConfig network, bool relativesOnly)
    {
        string name = Name(values.Text(Architecture)!);
        if (RelativeNames.IsRelative(name))
        {
            throw values.Relative(Architecture, "a relative of ResNet with another structure");
        }

        CheckPool(values);
        if (values.Object(Arguments) is { } arguments)
        {
            CheckPool(arguments);
            foreach (string key in arguments.Keys.Where(arguments.Has))
            {
                CheckArgument(arguments, key);
            }
        }

        if (relativesOnly)
        {
            return;
        }

        if (ResNet.Names.Contains(name) && ResNet.Names.Contains(network.Name) && name != network.Name && !SaysStructure(values.Object(Arguments)))
        {
            throw values.Malformed(Architecture, $"{network.Name}, as the tensors are");
        }

        CheckNumbers(values.Object(Arguments), network);
        ConfigurationValues classes = !values.Has("num_classes") && values.Object(DataKey) is { } data ? data : values;
        if (network.Classes > 0 && classes.Whole("num_classes") is { } stated && stated != network.Classes)
        {
            throw classes.Malformed("num_classes", $"{network.Classes}, as many as fc has outputs");
        }
    }

    /// <summary>The labels; null where there are none.</summary>
    /// <exception cref="CudaNetException">They are no labels.</exception>
    public static IReadOnlyList<string>? Labels(ConfigurationValues values)
    {
        ConfigurationValues[] places = values.Object(DataKey) is { } data ? [values, data] : [values];
        foreach (ConfigurationValues place in places)
        {
            if (Array.Find(LabelKeys, place.Has) is { } key)
            {
                return LabelLists.Read(place.Find(key)!.Value) ?? throw place.Malformed(key, "a list of texts");
            }
        }

        return null;
    }

    /// <summary>The evaluation transform; null where it says nothing of one.</summary>
    /// <exception cref="CudaNetException">A value is malformed.</exception>
    public static StatedPreprocessing? Preprocess(ConfigurationValues values, int channels)
    {
        ConfigurationValues data = values.Object(DataKey) ?? values;
        if (!Array.Exists(DataKeys, data.Has))
        {
            return null;
        }

        int[] size = data.Wholes("input_size") ?? [channels, 224, 224];
        if (size.Length != 3)
        {
            throw data.Malformed("input_size", "[channels, height, width]");
        }

        StatedPreprocessing.CheckSide(data, "input_size", size.AsSpan(1));
        if (size[0] != channels)
        {
            return StatedPreprocessing.None($"input_size has {size[0]} channels, the network's images {channels}");
        }

        string interpolation = data.Text("interpolation") ?? "bicubic";
        if (interpolation is not ("bilinear" or "bicubic"))
        {
            return StatedPreprocessing.None($"interpolation is {Printable.Quote(interpolation)}, and only bilinear and bicubic are computed");
        }

        double crop = data.Number("crop_pct") ?? 0.875;
        if (crop is not (>= Preprocessing.MinCrop and <= 1))
        {
            return crop > 0 ? StatedPreprocessing.None(FormattableString.Invariant($"crop_pct is {crop}, outside {Preprocessing.MinCrop} to 1")) : throw data.Malformed("crop_pct", "a fraction");
        }

        string mode = data.Text("crop_mode") ?? "center";
        if (mode != "center" && !(mode == "squash" && crop == 1))
        {
            return StatedPreprocessing.None($"crop_mode is {Printable.Quote(mode)}, and only center is computed");
        }

        double[] mean = data.Numbers("mean") ?? [.. Preprocessing.ImageNetMean], std = data.Numbers("std") ?? [.. Preprocessing.ImageNetStd];
        if (channels != 3 && (!data.Has("mean") || !data.Has("std")))
        {
            return StatedPreprocessing.None($"it has no mean and std of {channels} channels");
        }

        mean = StatedPreprocessing.EachChannel(data, "mean", mean, channels);
        std = StatedPreprocessing.EachChannel(data, "std", std, channels);
        if (std.Any(s => s <= 0))
        {
            throw data.Malformed("std", "numbers above 0");
        }

        return new(new Preprocessing(size[1], size[2], InterpolationNames.Parse(interpolation)!.Value, mode == "squash" ? null : crop, mean, std), null);
    }

    /// <summary>timm's name without its tag (<c>.a1_in1k</c>).</summary>
    private static string Name(string declared) => declared.Split('.')[0];

    private static void CheckPool(ConfigurationValues values)
    {
        if (values.Has(Pool) && values.Raw(Pool) is not ("avg" or ""))
        {
            throw values.Relative(Pool, "only average pooling is computed before the head");
        }
    }

    private static void CheckArgument(ConfigurationValues arguments, string key)
    {
        string value = arguments.Raw(key);
        bool usual = Harmless.Contains(key) || key switch
        {
            Pool or "num_classes" or "in_chans" or "layers" => true, // held against something else
            "act_layer" => value.EndsWith("relu", StringComparison.OrdinalIgnoreCase) && value.Split('.')[^1].Length == 4,
            "norm_layer" => value.Split('.')[^1].ToLowerInvariant() is "batchnorm2d" or "batchnorm" or "bn",
            "output_stride" => value == "32",
            "block_args" => value is "{}",
            _ => value is "" or "false",
        };
        if (!usual)
        {
            throw arguments.Relative(key, "it makes another network of the same weights, which is not computed");
        }
    }

    /// <summary>Depths and widths of its own make another network of a published name.</summary>
    private static bool SaysStructure(ConfigurationValues? arguments) =>
        arguments is not null && Array.Exists(["layers", "channels", "cardinality", "base_width", "stem_width", "block"], arguments.Has);

    private static void CheckNumbers(ConfigurationValues? arguments, ResNetConfig network)
    {
        if (arguments?.Wholes("layers") is { } depths && !depths.SequenceEqual(network.Depths))
        {
            throw arguments.Malformed("layers", $"[{string.Join(", ", network.Depths)}], as the tensors are");
        }

        if (arguments?.Whole("in_chans") is { } channels && channels != network.InputChannels)
        {
            throw arguments.Malformed("in_chans", $"{network.InputChannels}, as the tensors are");
        }

        if (arguments?.Whole("num_classes") is { } classes && classes != network.Classes)
        {
            throw arguments.Malformed("num_classes", $"{network.Classes}, as many as the tensors have");
        }
    }

    /// <summary>resnet26, gluon_resnet50_v1b, tv_resnet34, swsl_resnext50_32x4d.</summary>
    [GeneratedRegex(@"^([a-z]+_)*res(net|next)\d", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
