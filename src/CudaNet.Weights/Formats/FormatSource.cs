using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// What formats are asked about and read from: a file's bytes, or a folder; and, where it has a place on disk, what lies beside it.
/// Whatever is opened through it lives as long as the weight file.
/// </summary>
internal sealed class FormatSource
{
    private const int StartBytes = 512;

    private readonly FileBytes? _bytes;
    private readonly string? _place;
    private readonly List<FileBytes> _opened;
    private ZipArchiveBytes? _zip;

    private FormatSource(string name, FileBytes? bytes, string? place, List<FileBytes> opened, string? stateDict)
    {
        Name = name;
        StateDict = stateDict;
        _bytes = bytes;
        _place = place;
        _opened = opened;
    }

    /// <summary>The path, or what stands for it in messages.</summary>
    public string Name { get; }

    /// <summary>The entry that holds the weights, where the caller chose one.</summary>
    public string? StateDict { get; }

    /// <summary>True for a folder, which has no bytes of its own.</summary>
    public bool IsFolder => _bytes is null;

    /// <summary>The folder itself, or the one around the file; null for bytes in memory.</summary>
    public string? Folder => IsFolder || _place is null ? _place : Path.GetDirectoryName(Path.GetFullPath(_place));

    /// <summary>The whole file.</summary>
    public FileBytes Bytes => _bytes ?? throw new InvalidOperationException($"{Name} is a folder");

    /// <summary>The first bytes, at most 512; none of a folder.</summary>
    public ReadOnlySpan<byte> Start => _bytes is null ? [] : _bytes.All.First(StartBytes);

    /// <summary>The zip archive that the file is, or null.</summary>
    /// <exception cref="WeightFormatException">It is one, and damaged.</exception>
    public ZipArchiveBytes? Zip => _zip ??= Start.StartsWith("PK\x03\x04"u8) || Start.StartsWith("PK\x05\x06"u8) ? new ZipArchiveBytes(Bytes, new ReadBudget(Name, Bytes.Length)) : null;

    /// <summary>Bytes of all files that were opened so far.</summary>
    public long OpenedBytes => _opened.Sum(f => f.Length);

    /// <summary>What is at a path.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="stateDict">The entry that the caller chose.</param>
    /// <param name="opened">Takes every file that is opened, this one first; whoever passes it disposes of them.</param>
    /// <exception cref="CudaNetException">There is nothing, or it cannot be read.</exception>
    public static FormatSource At(string path, string? stateDict, List<FileBytes> opened)
    {
        if (Directory.Exists(path))
        {
            return new FormatSource(path, null, path, opened, stateDict);
        }

        FileBytes bytes = FileBytes.Map(path);
        opened.Add(bytes);
        return new FormatSource(path, bytes, path, opened, stateDict);
    }

    /// <summary>Bytes that have no place on disk.</summary>
    public static FormatSource Of(FileBytes bytes, string? stateDict, List<FileBytes> opened)
    {
        opened.Add(bytes);
        return new FormatSource(bytes.Name, bytes, null, opened, stateDict);
    }

    /// <summary>A file of <see cref="Folder"/>, by its name.</summary>
    public FormatSource OpenBeside(string name, string? stateDict) => At(Path.Combine(Folder ?? throw new InvalidOperationException($"{Name} has no folder"), name), stateDict, _opened);

    /// <summary>An exception that names the file, or the folder.</summary>
    public WeightFormatException Error(string message, string? hint = null) => _bytes?.All.Error(0, message, hint) ?? new WeightFormatException(message) { File = Name, Hint = hint };
}
