using System.Globalization;

namespace CudaNet.Cli;

/// <summary>How numbers look in text, in every culture.</summary>
internal static class Format
{
    /// <summary>1,234,567.</summary>
    public static string Count(long number) => number.ToString("n0", CultureInfo.InvariantCulture);

    /// <summary>How many a second: 0.52, 31.5, 1,234.</summary>
    public static string Rate(double number) => number.ToString(number >= 1000 ? "n0" : number >= 10 ? "f1" : "f2", CultureInfo.InvariantCulture);

    /// <summary>1 layer, 2 layers.</summary>
    public static string Plural(int count, string noun, string ending = "s") => $"{Count(count)} {noun}{(count == 1 ? "" : ending)}";

    /// <summary>1,234,567 bytes (1.2 MiB).</summary>
    public static string Bytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes:n0} bytes ({(bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):f1} GiB" : $"{bytes / (double)(1L << 20):f1} MiB")})");

    /// <summary>Three significant digits; a dash for what could not be computed.</summary>
    public static string Error(double value) => double.IsNaN(value) ? "-" : value.ToString("g3", CultureInfo.InvariantCulture);
}
