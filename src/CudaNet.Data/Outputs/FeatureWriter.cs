using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>
/// Writes predictions and features, batch by batch, to a file that NumPy reads: a <c>.npz</c> (arrays uncompressed, plus <c>files</c>, the images'
/// names, and <c>metadata</c>, a text, where there is one) or, for a single array, a <c>.npy</c>. Every place in the file is known from the start, so that batches go to it straight and
/// nothing waits in memory. The file appears under its name, replacing one that was there, only in <see cref="Complete"/>; until then
/// it is a temporary file in the same folder, which failure and disposal delete. One thread at a time.
/// </summary>
public sealed class FeatureWriter : IDisposable
{
    private const string FilesName = "files", MetadataName = "metadata";
    private const int MaxNameLength = 1000;

    /// <summary>More than headers, names and the directory can take.</summary>
    private const long MostBytesAround = 1L << 40;

    private readonly string _path;
    private readonly Dictionary<string, ArraySection> _arrays = new(StringComparer.Ordinal);
    private readonly List<ArraySection> _sections = [];
    private readonly bool _isArchive;
    private readonly NewFile _file;
    private string? _closed;

    /// <param name="path">The file to make, ending in <c>.npz</c> or <c>.npy</c>; its folder exists.</param>
    /// <param name="files">The images' names, in the order of their results; as many as there will be.</param>
    /// <param name="arrays">The arrays, in the file's order; names are unique and neither <c>files</c> nor <c>metadata</c>.</param>
    /// <param name="metadata">Where the values come from, as an array without extents (<c>str(file["metadata"])</c>); null for none. A <c>.npy</c> has no place for it.</param>
    /// <exception cref="CudaNetException">The ending is another, a name cannot be used, or the file cannot be made.</exception>
    public FeatureWriter(string path, IReadOnlyList<string> files, IReadOnlyList<FeatureArray> arrays, string? metadata = null)
        : this(path, files, arrays, static stream => stream, metadata)
    {
    }

    internal FeatureWriter(string path, IReadOnlyList<string> files, IReadOnlyList<FeatureArray> arrays, Func<Stream, Stream> decorate, string? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(arrays);
        _path = path;
        _isArchive = IsArchive(path, arrays.Count);
        long position = 0;
        foreach (FeatureArray array in arrays)
        {
            CheckName(array.Name);
            NpyHeader header = new("<f4", false, Extents(array, files.Count, position));
            ArraySection section = new(array.Name, header, header.Extents.Aggregate((long)sizeof(float), (product, extent) => product * extent), position, _isArchive);
            _arrays.Add(array.Name, section);
            _sections.Add(section);
            position = section.End;
        }

        _file = Guard(() => new NewFile(path, decorate));
        try
        {
            Guard(() => WriteStart(files, metadata));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Appends the values of one or more images to the array <paramref name="name"/>, row-major; arrays may take turns in any way.</summary>
    /// <exception cref="CudaNetException">
    /// There is no such array, the values are no whole number of images or too many, or the disk is full.
    /// </exception>
    /// <exception cref="InvalidOperationException">The file is complete, could not be written before, or is disposed.</exception>
    public void Append(string name, ReadOnlySpan<float> values)
    {
        ThrowIfClosed();
        if (!_arrays.TryGetValue(name, out ArraySection? section))
        {
            throw new CudaNetException($"the file has no array {Printable.Quote(name)}") { File = _path };
        }

        try
        {
            section.Append(_file.Stream, MemoryMarshal.AsBytes(values));
        }
        catch (IOException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Finishes the file and gives it its name. Nothing can be appended after it.</summary>
    /// <exception cref="CudaNetException">An array lacks images, or the disk is full; there is no new file then.</exception>
    /// <exception cref="InvalidOperationException">As <see cref="Append"/>.</exception>
    public void Complete()
    {
        ThrowIfClosed();
        if (_sections.Find(s => s.MissingBytes > 0) is { } missing)
        {
            throw new CudaNetException($"the array {Printable.Quote(missing.Name)} lacks {missing.MissingBytes} bytes: not every image was written") { File = _path };
        }

        Guard(() =>
        {
            if (_isArchive)
            {
                ZipFormat.Finish(_file.Stream, _sections);
            }

            _file.Commit();
        });
        _closed = "is complete";
    }

    /// <summary>Deletes the temporary file, unless <see cref="Complete"/> succeeded.</summary>
    public void Dispose()
    {
        _closed ??= "was given up";
        _file.Dispose();
    }

    private static bool IsArchive(string path, int arrayCount) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".NPZ" => true,
        ".NPY" when arrayCount == 1 => false,
        ".NPY" => throw new CudaNetException($"a .npy file holds one array, not {arrayCount}") { File = path, Hint = "Write a .npz file." },
        _ => throw new CudaNetException("the ending is neither .npz nor .npy") { File = path, Hint = "Write a .npz file." },
    };

    private void CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength || name is FilesName or MetadataName || _arrays.ContainsKey(name) || name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            string reason = $"it is empty or too long, '{FilesName}', '{MetadataName}', there already, or holds a slash";
            throw new CudaNetException($"{Printable.Quote(name)} cannot name an array: {reason}") { File = _path };
        }
    }

    /// <summary>The shape of all images, whose bytes and place in the file are sure to fit in 63 bits.</summary>
    private long[] Extents(FeatureArray array, int images, long position)
    {
        if (array.Shape.Rank == 0)
        {
            throw new CudaNetException($"array {Printable.Quote(array.Name)} cannot be written: a scalar has no first extent for the images") { File = _path, Hint = "Give it the shape 1×1." };
        }

        long[] extents = [images, .. array.Shape.Extents[1..].ToArray().Select(e => (long)e)];
        Int128 bytes = extents.Contains(0) ? 0 : extents.Aggregate((Int128)sizeof(float), (product, extent) => product > long.MaxValue ? product : product * extent);
        return bytes + position <= long.MaxValue - MostBytesAround
            ? extents
            : throw new CudaNetException($"array {Printable.Quote(array.Name)} cannot be written: {string.Join('×', extents)} values make the file longer than 63 bits can say") { File = _path, Hint = "Write fewer images or layers to one file." };
    }

    private void WriteStart(IReadOnlyList<string> files, string? metadata)
    {
        foreach (ArraySection section in _sections)
        {
            section.WriteHeaders(_file.Stream);
        }

        if (_isArchive)
        {
            WriteText(FilesName, NameArray.Of(files));
            if (metadata is not null)
            {
                WriteText(MetadataName, NameArray.Of(metadata));
            }
        }
    }

    private void WriteText(string name, NameArray text)
    {
        ArraySection section = new(name, text.Header, text.LengthBytes, _sections.Count == 0 ? 0 : _sections[^1].End, inArchive: true);
        section.WriteHeaders(_file.Stream);
        _sections.Add(section);
        text.WriteTo(chunk => section.Append(_file.Stream, chunk));
    }

    private void ThrowIfClosed()
    {
        if (_closed is not null)
        {
            throw new InvalidOperationException($"'{Printable.Text(_path)}' {_closed}: nothing can be written to it");
        }
    }

    private void Guard(Action write) => Guard(() =>
    {
        write();
        return true;
    });

    private T Guard<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException exception)
        {
            throw Failed(exception);
        }
    }

    private CudaNetException Failed(IOException exception)
    {
        _closed = "could not be written";
        _file?.Dispose();
        return OutputPath.Failure(_path, exception);
    }
}
