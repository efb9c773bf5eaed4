using System.Formats.Tar;

namespace CudaNet.Engine;

/// <summary>
/// Opens what a person named as input. Only a regular file has a length and an end: a pipe may block whoever opens it, a device may give bytes
/// for ever. Those are refused before they are opened; links are followed first.
/// </summary>
internal static class RegularFile
{
    private const int TarBlockBytes = 512;
    private const int TarTypeOffset = 156;

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
            throw new CudaNetException("there is no such file", exception) { File = path };
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

        if (Directory.Exists(path))
        {
            throw new CudaNetException("is a folder, not a file") { File = path };
        }

        FileInfo named = new(path);
        FileSystemInfo? target = named.ResolveLinkTarget(returnFinalTarget: true);
        if (target is { Exists: false })
        {
            throw new CudaNetException($"links to '{target.FullName}', where there is no file") { File = path };
        }

        FileInfo file = target as FileInfo ?? named;
        if (file.Length == 0 && OtherKind(file.FullName) is { } kind)
        {
            throw new CudaNetException($"is a {kind}, not a file with an end") { File = path, Hint = "Write its bytes to a file first." };
        }
    }

    /// <summary>
    /// What a file without a length is, where it is more than empty. In the framework only the writer of archives tells, in an entry's header;
    /// it opens regular files alone.
    /// </summary>
    private static string? OtherKind(string path)
    {
        byte[] archive = new byte[3 * TarBlockBytes];
        try
        {
            using TarWriter writer = new(new MemoryStream(archive), TarEntryFormat.Gnu);
            writer.WriteEntry(path, "file");
        }
        catch (NotSupportedException)
        {
            // A file that has content in spite of its length, as there are under /proc, does not fit.
            return null;
        }
        catch (IOException)
        {
            return "socket";
        }

        return (TarEntryType)archive[TarTypeOffset] switch
        {
            TarEntryType.Fifo => "pipe",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "device",
            _ => null,
        };
    }
}
