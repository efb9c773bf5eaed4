namespace CudaNet.Engine;

/// <summary>
/// Opens what a person named as input. Only a regular file has a length and an end: a pipe may block whoever opens it, a device may give bytes
/// for ever. Those are refused before they are opened; links are followed first.
/// </summary>
internal static class RegularFile
{
    /// <summary>What <paramref name="read"/> makes of the open file, which is seekable, unbuffered, and closed afterwards.</summary>
    /// <exception cref="CudaNetException">There is no such file, it is of another kind, or reading fails; it names the file.</exception>
    public static T Read<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            Check(path);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return read(file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CudaNetException($"cannot be read: {exception.Message}", exception) { File = path };
        }
    }

    private static void Check(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new CudaNetException("the name holds a zero, which no file's name can") { File = path };
        }

        if (path.Length == 0)
        {
            throw new CudaNetException("a file's name is empty");
        }

        if (Directory.Exists(path))
        {
            throw new CudaNetException("is a folder, not a file") { File = path };
        }

        if (FileStatus.Of(path) is { } status)
        {
            if (status.Kind != FileKind.Regular)
            {
                throw new CudaNetException($"is a {status.Kind.ToString().ToLowerInvariant()}, not a file with an end") { File = path, Hint = "Write its bytes to a file first." };
            }
        }
        else if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { Exists: false } target)
        {
            throw new CudaNetException($"links to {Printable.Quote(target.FullName)}, where there is no file") { File = path };
        }
    }

    /// <summary>A name that is no text reaches a program with U+FFFD where its bytes were, and leads nowhere.</summary>
    private static CudaNetException Missing(string path, Exception exception) => path.Contains('\uFFFD', StringComparison.Ordinal)
        ? new CudaNetException("there is no such file, or its name is no UTF-8, which cannot be opened", exception) { File = path, Hint = "Rename it." }
        : new CudaNetException("there is no such file", exception) { File = path };
}
