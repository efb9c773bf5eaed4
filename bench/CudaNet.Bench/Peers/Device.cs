namespace CudaNet.Bench;

/// <summary>What the numbers were measured on.</summary>
internal static class Device
{
    /// <summary>The processor as the system names it, with family and model number: virtual machines often hide the product's name.</summary>
    public static string Cpu { get; } = $"{Info("model name") ?? "unknown CPU"} (family {Info("cpu family")}, model {Info("model")}), {Environment.ProcessorCount} cores";

    /// <summary>The folder of its results.</summary>
    public static string Folder { get; } = Slug($"{Info("model name") ?? "unknown"} {Info("cpu family")}-{Info("model")}");

    /// <summary>How many other threads wanted the processor in the last minute: timings are worth something only near 0.</summary>
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string? Info(string key) =>
        !File.Exists("/proc/cpuinfo") ? null : File.ReadLines("/proc/cpuinfo")
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0] == key)?[1];

    private static string Slug(string text) =>
        string.Join('-', new string([.. text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
