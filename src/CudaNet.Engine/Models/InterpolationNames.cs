namespace CudaNet.Engine;

/// <summary>What model files and listings call the resampling rules.</summary>
internal static class InterpolationNames
{
    private static readonly (Interpolation Rule, string Name)[] Table =
    [
        (Interpolation.Bilinear, "bilinear"),
        (Interpolation.Bicubic, "bicubic"),
        (Interpolation.OpenCvLinear, "opencv-linear"),
    ];

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(t => t.Name)];

    /// <summary>The rule's name.</summary>
    public static string Name(this Interpolation rule) => Table.Single(t => t.Rule == rule).Name;

    /// <summary>The rule of that name; null where there is none.</summary>
    public static Interpolation? Parse(string name) => Table.Where(t => t.Name == name).Select(t => (Interpolation?)t.Rule).FirstOrDefault();
}
