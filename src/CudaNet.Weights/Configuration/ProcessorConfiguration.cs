using System.Text.Json;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// transformers' <c>preprocessor_config.json</c>. Source: the image processors' <c>image_processing_*.py</c>; for the rule of <c>ConvNextImageProcessor</c>, which ResNets have,
/// <c>models/convnext/image_processing_convnext.py</c>.
/// </summary>
internal static class ProcessorConfiguration
{
    /// <summary>From this side on ConvNeXt's processor stretches, and does not crop.</summary>
    private const int LargeSide = 384;

    /// <summary>Pillow's numbers of the filters that are computed.</summary>
    private const int Bilinear = 2, Bicubic = 3;

    private static readonly HashSet<string> KnownSteps =
        new(["do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb", "do_reduce_labels"], StringComparer.Ordinal);

    /// <summary>The rule; null where the file says nothing of one.</summary>
    /// <exception cref="CudaNetException">A value is malformed.</exception>
    public static StatedPreprocessing? Preprocess(ConfigurationValues values, int channels)
    {
        if (values.Has("pretrained_cfg", JsonValueKind.Object))
        {
            return TimmConfiguration.Preprocess(values, channels);
        }

        if (!values.Has("size") && !values.Has("image_mean"))
        {
            return null;
        }

        if (values.Keys.FirstOrDefault(k => k.StartsWith("do_", StringComparison.Ordinal) && !KnownSteps.Contains(k) && values.Has(k, JsonValueKind.True)) is { } step)
        {
            return StatedPreprocessing.None($"{Printable.Quote(step)} is a step that is not computed");
        }

        if (values.Has("rescale_offset", JsonValueKind.True) || values.Has("offset", JsonValueKind.True))
        {
            return StatedPreprocessing.None("values are rescaled with an offset");
        }

        string type = (values.Has("image_processor_type") ? values.Text("image_processor_type") : values.Text("feature_extractor_type")) ?? "";
        bool isConvNext = type.StartsWith("ConvNext", StringComparison.Ordinal) || (type.Length == 0 && values.Has("crop_pct"));
        int? filter = values.Whole("resample");
        return values.Flag("do_resize") == false ? StatedPreprocessing.None("do_resize is false: the result has the image's own size")
            : filter is not (Bilinear or Bicubic) ? StatedPreprocessing.None(filter is null ? "it does not say resample" : $"resample is {filter}, and only 2 (bilinear) and 3 (bicubic) are computed")
            : Geometry(values, isConvNext) is var (height, width, crop, why) && why is not null ? StatedPreprocessing.None(why)
            : Normalised(values, channels, new Preprocessing(height, width, filter == Bilinear ? Interpolation.Bilinear : Interpolation.Bicubic, crop, [], []));
    }

    private static (int Height, int Width, double? Crop, string? WhyNot) Geometry(ConfigurationValues values, bool isConvNext)
    {
        bool crops = values.Flag("do_center_crop") ?? false;
        if (Edge(values, isConvNext) is { } edge)
        {
            StatedPreprocessing.CheckSide(values, "size", edge);
            return isConvNext ? ConvNext(values, edge)
                : !crops ? No("the result's size depends on the image's")
                : Sides(values, "crop_size") is not var (height, width) ? throw values.Malformed("crop_size", "a side, or height and width")
                : height != width || height > edge ? No($"a crop of {height}×{width} out of a shorter side of {edge}")
                : (height, width, CropOf(height, edge), null);
        }

        if (Sides(values, "size") is not var (rows, columns))
        {
            return No("it does not say size as a side, height and width, or shortest_edge");
        }

        StatedPreprocessing.CheckSide(values, "size", rows, columns);
        return crops && Sides(values, "crop_size") is var cropped && cropped != (rows, columns)
            ? No($"a crop after stretching to {rows}×{columns}")
            : (rows, columns, null, null);
    }

    private static (int Height, int Width, double? Crop, string? WhyNot) ConvNext(ConfigurationValues values, int edge)
    {
        double crop = values.Number("crop_pct") ?? 224.0 / 256;
        return edge >= LargeSide ? (edge, edge, null, null)
            : crop is >= Preprocessing.MinCrop and <= 1 ? (edge, edge, crop, null)
            : throw values.Malformed("crop_pct", FormattableString.Invariant($"a fraction from {Preprocessing.MinCrop} to 1"));
    }

    /// <summary>The shorter side that images get; null where both sides are given.</summary>
    private static int? Edge(ConfigurationValues values, bool isConvNext) =>
        values.Has("size", JsonValueKind.Object)
            ? values.Object("size") is var size && size!.Has("shortest_edge") && !size.Has("longest_edge") ? size.Whole("shortest_edge") : null
            : isConvNext ? values.Whole("size") ?? LargeSide
            : (values.Flag("do_center_crop") ?? false) ? values.Whole("size") : null;

    private static (int Height, int Width)? Sides(ConfigurationValues values, string key)
    {
        if (!values.Has(key, JsonValueKind.Object))
        {
            return values.Whole(key) is { } side ? (side, side) : null;
        }

        ConfigurationValues size = values.Object(key)!;
        return size.Whole("height") is { } height && size.Whole("width") is { } width ? (height, width) : size.Whole("shortest_edge") is { } edge && !size.Has("longest_edge") ? (edge, edge) : null;
    }

    /// <summary>The fraction of which the rule's own rounding makes the shorter side again.</summary>
    private static double CropOf(int side, int edge)
    {
        double crop = (double)side / edge;
        return Math.Floor(side / crop) < edge ? Math.BitDecrement(crop) : crop;
    }

    /// <summary>(p · factor − mean) / std, as (p / 255 − mean / k) / (std / k), where k = 255 · factor, usually 1.</summary>
    private static StatedPreprocessing Normalised(ConfigurationValues values, int channels, Preprocessing rule)
    {
        double factor = (values.Flag("do_rescale") ?? true) ? values.Number("rescale_factor") ?? 1 / 255.0 : 1;
        if (factor <= 0)
        {
            throw values.Malformed("rescale_factor", "a number above 0");
        }

        double[] mean = new double[channels], std = [.. Enumerable.Repeat(1.0, channels)];
        if (values.Flag("do_normalize") ?? true)
        {
            if (values.Numbers("image_mean") is not { } means || values.Numbers("image_std") is not { } deviations)
            {
                return StatedPreprocessing.None("it does not say image_mean and image_std");
            }

            mean = StatedPreprocessing.EachChannel(values, "image_mean", means, channels);
            std = StatedPreprocessing.EachChannel(values, "image_std", deviations, channels);
        }

        if (std.Any(s => s <= 0))
        {
            throw values.Malformed("image_std", "numbers above 0");
        }

        // 1/255 as people write it, with fewer digits too.
        double k = 255 * factor is var scale && Math.Abs(scale - 1) < 1e-6 ? 1 : scale;
        return new(rule with { Mean = [.. mean.Select(m => m / k)], Std = [.. std.Select(s => s / k)] }, null);
    }

    private static (int Height, int Width, double? Crop, string? WhyNot) No(string why) => (0, 0, null, why);
}
