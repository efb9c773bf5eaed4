using System.Globalization;

namespace CudaNet.Cli;

/// <summary>What stands behind <c>--backend</c> for a GPU: <c>cuda</c>, <c>cuda:1</c>, or the emulated one.</summary>
/// <param name="Ordinal">The device's number; null for the emulated one.</param>
internal readonly record struct DeviceName(int? Ordinal)
{
    public const string Emulated = "emulated";
    public const string Cuda = "cuda";

    /// <summary>How they are written, for help.</summary>
    public const string Form = $"{Cuda}[:N]|{Emulated}";

    public bool IsEmulated => Ordinal is null;

    /// <summary>Null where it is none of them.</summary>
    public static DeviceName? TryParse(string text) =>
        text == Emulated ? new DeviceName(null)
        : text == Cuda ? new DeviceName(0)
        : text.StartsWith($"{Cuda}:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? new DeviceName(ordinal)
        : null;
}
