namespace CudaNet.Kernels.Cuda;

/// <summary>The machine as the search for libraries sees it.</summary>
/// <param name="Loader">The system's loader.</param>
/// <param name="Variable">An environment variable; null where it is not set.</param>
/// <param name="IsWindows">Whether files are named as on Windows.</param>
/// <param name="Root">What stands before the system's folders; empty for the machine itself.</param>
internal sealed record LibraryHost(INativeLoader Loader, Func<string, string?> Variable, bool IsWindows, string Root)
{
    public static LibraryHost Machine { get; } = new(
        OperatingSystem.IsWindows() ? new FrameworkLoader() : new PosixLoader(), Environment.GetEnvironmentVariable, OperatingSystem.IsWindows(), "");

    /// <summary>One of the system's folders.</summary>
    public string OfSystem(string folder) => Root + folder;

    /// <summary>The folders of a variable that lists them; empty where it is not set.</summary>
    public string[] List(string variable) =>
        Variable(variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Folders in a folder whose names match, the highest version first; none where the folder cannot be read.</summary>
    public static string[] Folders(string folder, string pattern)
    {
        try
        {
            string[] found = Directory.Exists(folder) ? Directory.GetDirectories(folder, pattern) : [];
            Array.Sort(found, static (a, b) => CompareVersions(b, a));
            return found;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>By the number at the end of the name, so that 12.10 is more than 12.9; a name without one is what somebody chose, and the highest.</summary>
    private static int CompareVersions(string a, string b) => VersionIn(a).CompareTo(VersionIn(b));

    private static Version VersionIn(string folder)
    {
        string number = Path.GetFileName(folder).TrimStart([.. "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"]);
        return Version.TryParse(number.Contains('.', StringComparison.Ordinal) ? number : $"{number}.0", out Version? version) ? version : new Version(int.MaxValue, 0);
    }
}
