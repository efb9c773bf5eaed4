namespace CudaNet.Data;

/// <summary>
/// A file in the making: a temporary one beside its destination, which takes the destination's name when it is complete and is deleted otherwise.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private readonly string _destination;
    private readonly string _temporary;
    private bool _done;

    /// <param name="destination">The name to be.</param>
    /// <param name="decorate">Wraps the file's stream; tests make it fail.</param>
    public NewFile(string destination, Func<Stream, Stream> decorate)
    {
        _destination = Path.GetFullPath(destination);
        if (Directory.Exists(_destination))
        {
            throw new IOException("it is a folder");
        }

        _temporary = Path.Combine(Path.GetDirectoryName(_destination)!, $".{Path.GetFileName(_destination)}.{Guid.NewGuid():N}.tmp");
        Stream = decorate(new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None));
    }

    /// <summary>Writable, seekable.</summary>
    public Stream Stream { get; }

    /// <summary>Writes everything to the disk, then renames: after a crash there is the old file or the new one, never a part.</summary>
    public void Commit()
    {
        Stream.Flush();
        (Stream as FileStream)?.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporary, _destination, overwrite: true);
        _done = true;
    }

    public void Dispose()
    {
        if (!_done)
        {
            _done = true;
            try
            {
                Stream.Dispose();
            }
            catch (IOException)
            {
                // What could not be flushed is deleted next.
            }

            File.Delete(_temporary);
        }
    }
}
