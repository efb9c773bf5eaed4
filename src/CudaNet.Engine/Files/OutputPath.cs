using System.Text;

namespace CudaNet.Engine;

/// <summary>Where an output will be, and where it is until it is complete.</summary>
/// <param name="Destination">The file's own path: absolute, all links followed, the last one too. It may lead to nothing yet.</param>
/// <param name="Temporary">A path beside it, always the same: a run that was killed leaves one file there at most, and the next one finds it.</param>
internal readonly record struct OutputPath(string Destination, string Temporary)
{
    private const int MostLinks = 40;
    private const int MostNameBytes = 255;
    private const string Ending = ".unfinished";
    private const string Elsewhere = "Choose another file for the output.";

    /// <exception cref="IOException">The path leads to what is no regular file, links go round in a circle, or its name is too long.</exception>
    public static OutputPath Of(string path)
    {
        if (path.Length == 0)
        {
            throw new OutputObstacleException("it has no name", "Name a file.");
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new OutputObstacleException("the name holds a zero, which no file's name can", Elsewhere);
        }

        if (FileStatus.Of(path) is { Kind: not FileKind.Regular } status)
        {
            throw new OutputObstacleException($"it is a {status.Kind.ToString().ToLowerInvariant()}, and only a regular file can be replaced", Elsewhere);
        }

        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
        {
            throw new OutputObstacleException("it is a folder", Elsewhere);
        }

        string destination = Follow(path);
        string name = Path.GetFileName(destination);
        if (Path.GetDirectoryName(destination) is not { } folder)
        {
            // NUL, COM1 and the like, wherever they are said to lie, and a drive without a folder.
            throw new OutputObstacleException("it names a device or a drive, and no file", Elsewhere);
        }

        if (OperatingSystem.IsWindows() && name.IndexOfAny(Path.GetInvalidFileNameChars()) is >= 0 and var at)
        {
            // Behind a colon is a stream of another file.
            throw new OutputObstacleException($"its name holds {Printable.Quote(name[at].ToString())}, which no file's name can", Elsewhere);
        }

        int bytes = Encoding.UTF8.GetByteCount(name);
        return bytes > MostNameBytes && !OperatingSystem.IsWindows()
            ? throw new OutputObstacleException($"its name has {bytes} bytes, and at most {MostNameBytes} are possible", Elsewhere)
            : new OutputPath(destination, Path.Combine(folder, TemporaryName(name)));
    }

    /// <summary>The length of a file that was written, which a link's own is not.</summary>
    public static long BytesOf(string output) => new FileInfo(Of(output).Destination).Length;

    /// <summary>What the user is told of an output that cannot be written.</summary>
    /// <param name="output">The file, as the user named it.</param>
    /// <param name="exception">Of <see cref="NewFile"/> or its stream.</param>
    public static CudaNetException Failure(string output, IOException exception)
    {
        string hint = exception is OutputObstacleException obstacle ? obstacle.Hint : "Nothing was left behind; make room or choose another file.";
        return output.Length == 0
            ? new CudaNetException($"the output cannot be written: {exception.Message}", exception) { Hint = hint }
            : new CudaNetException($"cannot be written: {exception.Message}", exception) { File = output, Hint = hint };
    }

    /// <summary>Refuses an output that is an input as well, under whatever name, before the input is lost.</summary>
    /// <param name="output">The file to be written, as the user named it.</param>
    /// <param name="inputs">The files that are read.</param>
    /// <exception cref="CudaNetException">It is one of them.</exception>
    public static void RefuseInputs(string output, IEnumerable<string> inputs)
    {
        OutputPath path;
        try
        {
            path = Of(output);
        }
        catch (IOException exception)
        {
            throw Failure(output, exception);
        }

        FileStatus?[] taken = [FileStatus.Of(path.Destination), FileStatus.Of(path.Temporary)];
        foreach (string input in inputs)
        {
            bool same = (FileStatus.Of(input) is { } status && taken.Any(t => t?.IsSameFile(status) == true))
                || (File.Exists(input) && Follow(input) is var followed && (IsSame(followed, path.Destination) || IsSame(followed, path.Temporary)));
            if (same)
            {
                throw new CudaNetException(input == output ? "is an input too, and would be replaced by the output" : $"is the input {Printable.Quote(input)} too, which the output would replace")
                {
                    File = output,
                    Hint = Elsewhere,
                };
            }
        }
    }

    /// <summary>Whether two paths are one, for files without a number: Windows and macOS take capitals and small letters for the same.</summary>
    private static bool IsSame(string a, string b) => string.Equals(a, b, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The name with a dot before it and a word behind it that says what it is; long ones are cut, and a digest of the whole keeps them apart.
    /// </summary>
    private static string TemporaryName(string name)
    {
        const int MostBytes = MostNameBytes - 12;
        if (Encoding.UTF8.GetByteCount(name) <= MostBytes)
        {
            return $".{name}{Ending}";
        }

        string digest = Digest(name);
        StringBuilder start = new();
        int left = MostBytes - digest.Length - 1;
        foreach (Rune rune in name.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
            {
                break;
            }

            start.Append(rune);
        }

        return $".{start}~{digest}{Ending}";
    }

    /// <summary>Eight digits that keep names apart: FNV-1a (Fowler, Noll and Vo) of 32 bits over the name's UTF-8.</summary>
    private static string Digest(string name)
    {
        uint hash = 2166136261;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ value) * 16777619);
        }

        return $"{hash:x8}";
    }

    /// <summary>
    /// The path with every link followed, in folders' names too; <c>..</c> in a link goes up from where the link is. The framework follows the last
    /// part's links only, and removes <c>..</c> from their text.
    /// </summary>
    private static string Follow(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.GetFullPath(path);
        }

        Stack<string> parts = new();
        Push(parts, Path.GetFullPath(path));
        string followed = "/";
        for (int links = 0; parts.TryPop(out string? part);)
        {
            if (part is "." or "..")
            {
                followed = part == "." ? followed : Path.GetDirectoryName(followed) ?? "/";
                continue;
            }

            string next = Path.Combine(followed, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                followed = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new OutputObstacleException($"it is a link that leads over more than {MostLinks} others, perhaps in a circle", Elsewhere);
            }

            followed = target.StartsWith('/') ? "/" : followed;
            Push(parts, target);
        }

        return followed;
    }

    private static void Push(Stack<string> parts, string path)
    {
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            parts.Push(part);
        }
    }
}
