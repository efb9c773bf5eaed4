namespace CudaNet.Tests.Support;

/// <summary>A folder for one test, deleted after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cudanet-");

    public string Path => _folder.FullName;

    public string File(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string relative, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes(File(relative), bytes);
        return File(relative);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
