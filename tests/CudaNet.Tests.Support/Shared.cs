using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// The reference numbers too large for the project, in the folder <c>shared</c> beside it. A test that needs one skips with the reason where
/// it is absent; with CUDANET_REQUIRE_SHARED=1 it fails instead.
/// </summary>
public static class Shared
{
    private static readonly string Folder =
        Environment.GetEnvironmentVariable("CUDANET_SHARED") ?? Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared"));

    public static bool Exists(string relative) => Path.Exists(Path.Combine(Folder, relative));

    /// <summary>The full path of a shared file or folder; skips the calling test where it is absent.</summary>
    public static string Require(string relative)
    {
        string path = Path.Combine(Folder, relative);
        if (!Path.Exists(path))
        {
            string reason = $"needs {path}: put the reference files there or name their folder in CUDANET_SHARED";
            Assert.False(Environment.GetEnvironmentVariable("CUDANET_REQUIRE_SHARED") == "1", reason);
            Assert.Skip(reason);
        }

        return path;
    }
}
