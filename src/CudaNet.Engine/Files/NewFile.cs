namespace CudaNet.Engine;

/// <summary>
/// A file in the making: a temporary one beside its destination, which takes the destination's name when it is complete and is deleted otherwise.
/// I/O failures keep the framework's exceptions.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private readonly string _destination;
    private bool _closed;
    private bool _done;

    /// <param name="destination">The name to be.</param>
    /// <param name="decorate">Wraps the file's stream; tests make it fail.</param>
    public NewFile(string destination, Func<Stream, Stream>? decorate = null)
    {
        _destination = Path.GetFullPath(destination);
        if (Directory.Exists(_destination))
        {
            throw new IOException("it is a folder");
        }

        TemporaryPath = Path.Combine(Path.GetDirectoryName(_destination)!, $".{Path.GetFileName(_destination)}.{Guid.NewGuid():N}.tmp");
        FileStream file = new(TemporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        Stream = decorate is null ? file : decorate(file);
    }

    /// <summary>Where the file is until <see cref="Commit"/>.</summary>
    public string TemporaryPath { get; }

    /// <summary>Writable, seekable.</summary>
    public Stream Stream { get; }

    /// <summary>Writes everything to the disk. What was written can be read back at <see cref="TemporaryPath"/> from now on. Idempotent.</summary>
    public void Close()
    {
        if (!_closed)
        {
            Stream.Flush();
            (Stream as FileStream)?.Flush(flushToDisk: true);
            Stream.Dispose();
            _closed = true;
        }
    }

    /// <summary>Closes, then renames: after a crash there is the old file or the new one, never a part.</summary>
    public void Commit()
    {
        Close();
        File.Move(TemporaryPath, _destination, overwrite: true);
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

            File.Delete(TemporaryPath);
        }
    }
}
