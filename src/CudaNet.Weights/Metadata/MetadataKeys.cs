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
    public const string Variations = "variations";

    /// <summary>What <see cref="Crop"/> says where the whole image is used.</summary>
    public const string NoCrop = "none";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Format, Architecture, Classes, HeadActivation, Labels, InputSize, Mean, Std, Interpolation, Crop, Variations];

    /// <summary>Those that preprocessing needs, all or none.</summary>
    public static IReadOnlyList<string> Preprocessing { get; } = [InputSize, Mean, Std, Interpolation, Crop];
}
