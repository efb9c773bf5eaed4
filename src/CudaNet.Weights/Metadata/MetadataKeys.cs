namespace CudaNet.Weights;

/// <summary>The entries of a converted file's metadata.</summary>
internal static class MetadataKeys
{
    public const string Format = "format";
    public const string Architecture = "architecture";
    public const string Classes = "classes";
    public const string HeadActivation = "head_activation";
    public const string Labels = "labels";
    public const string InputSize = "input_size";
    public const string Mean = "mean";
    public const string Std = "std";
    public const string Interpolation = "interpolation";
    public const string Crop = "crop";
    public const string ChannelOrder = "channel_order";
    public const string MeanImage = "mean_image";
    public const string Variations = "variations";
    public const string Graph = "graph";

    /// <summary>What <see cref="Crop"/> says where the whole image is used.</summary>
    public const string NoCrop = "none";

    /// <summary>The tensor that <see cref="MeanImage"/> speaks of: no layer's parameter has such a name.</summary>
    public const string MeanImageTensor = "preprocessing.mean_image";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Format, Architecture, Classes, HeadActivation, Labels, InputSize, Mean, Std, Interpolation, Crop, ChannelOrder, MeanImage, Variations, Graph];

    /// <summary>Those that preprocessing needs, all or none.</summary>
    public static IReadOnlyList<string> Preprocessing { get; } = [InputSize, Mean, Std, Interpolation, Crop];

    /// <summary>Those that preprocessing may have beside them.</summary>
    public static IReadOnlyList<string> MorePreprocessing { get; } = [ChannelOrder, MeanImage];
}
