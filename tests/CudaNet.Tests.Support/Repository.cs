using System.Runtime.CompilerServices;

namespace CudaNet.Tests.Support;

/// <summary>Where the project's own files are.</summary>
public static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static string File(string relative) => Path.Combine(Root, relative);

    /// <summary>A file that the tests always have, under <c>tests/data</c>.</summary>
    public static string Data(string relative) => Path.Combine(Root, "tests", "data", relative);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
