using System.Collections.Concurrent;

namespace CudaNet.Engine;

/// <summary>
/// A file in the making: a temporary one beside its destination (<see cref="OutputPath"/>), which takes the destination's name when it is complete
/// and is deleted otherwise. Whoever makes it holds its lock; a temporary file whose lock nobody holds was left by a process that was killed, and
/// is removed by the next that makes this file. What was there before gives the new file its rights and, where allowed, its owner.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private const int MostAttempts = 100;

    /// <summary>Those that have no name yet, for <see cref="DiscardAll"/>.</summary>
    private static readonly ConcurrentDictionary<NewFile, FileStatus?> Unfinished = new();

    private readonly OutputPath _path;
    private readonly FileStream _file;
    private readonly OutputStream _output;
    private int _done;

    static NewFile() => AppDomain.CurrentDomain.ProcessExit += (_, _) => DiscardAll();

    /// <param name="destination">The name to be.</param>
    /// <param name="decorate">Wraps the file's stream; tests make it fail.</param>
    /// <exception cref="IOException">There can be no such file; the message does not name it.</exception>
    public NewFile(string destination, Func<Stream, Stream>? decorate = null)
    {
        _path = OutputPath.Of(destination);
        _file = Create(out FileStatus? status);
        _output = new OutputStream(_file);
        Stream = _output;
        Unfinished[this] = status;
        try
        {
            Stream = decorate is null ? _output : decorate(_output);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writable, seekable. Its failures are <see cref="IOException"/>s that do not name the file.</summary>
    public Stream Stream { get; }

    /// <summary>Deletes every file that is not complete, where the process ends without disposing of them. Any thread.</summary>
    public static void DiscardAll()
    {
        foreach (NewFile file in Unfinished.Keys)
        {
            file.Delete();
        }
    }

    /// <summary>What <paramref name="read"/> makes of what was written so far; the stream is this file's own, and stays open.</summary>
    public T ReadBack<T>(Func<FileStream, T> read)
    {
        Stream.Flush();
        return read(_file);
    }

    /// <summary>Writes everything to the disk, then renames: after a crash there is the old file or the new one, never a part.</summary>
    public void Commit()
    {
        Stream.Flush();
        _output.FlushToDisk();
        if (!IsOurs())
        {
            throw new IOException("its unfinished file was removed or replaced by something else");
        }

        if (OperatingSystem.IsWindows())
        {
            Stream.Dispose();
        }

        try
        {
            KeepRights();
            File.Move(_path.Temporary, _path.Destination, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw OutputStream.Failure(exception, _path.Temporary);
        }

        // The lock goes last, so that nobody takes the file for one that was left.
        _done = 1;
        Unfinished.TryRemove(this, out _);
        Close();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _done, 1) == 0)
        {
            if (OperatingSystem.IsWindows())
            {
                Close();
            }

            Delete();
            Unfinished.TryRemove(this, out _);
            Close();
        }
    }

    /// <summary>Makes the temporary file and takes its lock, which is the framework's for a file that is not shared.</summary>
    private FileStream Create(out FileStatus? status)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && File.Exists(_path.Destination))
        {
            // No more people than may read the old file may read the new one meanwhile, but whoever runs next must be able to lock it.
            options.UnixCreateMode = File.GetUnixFileMode(_path.Destination) | UnixFileMode.UserRead;
        }

        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            FileStream file;
            try
            {
                file = new FileStream(_path.Temporary, options);
            }
            catch (IOException) when (Path.Exists(_path.Temporary) || FileStatus.Of(_path.Temporary, followLink: false) is not null)
            {
                RemoveLeftover();
                continue;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw OutputStream.Failure(exception, _path.Temporary);
            }

            // Between making it and locking it somebody may have taken it for one that was left.
            status = FileStatus.Of(file.SafeFileHandle);
            if (IsAtItsPath(status))
            {
                return file;
            }

            file.Dispose();
        }

        throw new IOException("its unfinished file is made and removed by others again and again");
    }

    /// <summary>Removes the file of a process that was killed; it is locked while that happens, so that it is nobody's.</summary>
    private void RemoveLeftover()
    {
        string name = Printable.Quote(Path.GetFileName(_path.Temporary));
        if (FileStatus.Of(_path.Temporary, followLink: false) is { Kind: not FileKind.Regular })
        {
            throw new OutputObstacleException($"{name} beside it, where it would be made, is no regular file", $"Remove {name}, or choose another file.");
        }

        try
        {
            using FileStream left = new(_path.Temporary, FileMode.Open, FileAccess.Read, FileShare.None | (OperatingSystem.IsWindows() ? FileShare.Delete : 0));
            if (IsAtItsPath(FileStatus.Of(left.SafeFileHandle)))
            {
                File.Delete(_path.Temporary);
            }
        }
        catch (FileNotFoundException)
        {
            // Somebody else removed it, or finished it.
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new OutputObstacleException($"{name} lies beside it, and cannot be opened: it may be somebody else's", $"Remove {name}, or choose another file.", exception);
        }
        catch (IOException exception)
        {
            throw new OutputObstacleException("another process is writing it", "Wait until it has ended, or choose another file.", exception);
        }
    }

    private void KeepRights()
    {
        if (!OperatingSystem.IsWindows() && File.Exists(_path.Destination))
        {
            FileStatus.Of(_path.Destination)?.GiveOwner(_file.SafeFileHandle);
            File.SetUnixFileMode(_file.SafeFileHandle, File.GetUnixFileMode(_path.Destination));
        }
    }

    private bool IsOurs() => !Unfinished.TryGetValue(this, out FileStatus? status) || IsAtItsPath(status);

    /// <summary>Windows lets nobody remove or replace a file that is open and not shared; and not every volume there gives a file the same number each time.</summary>
    private bool IsAtItsPath(FileStatus? status) =>
        OperatingSystem.IsWindows() || status is null || (FileStatus.Of(_path.Temporary, followLink: false) is { } there && there.IsSameFile(status.Value));

    private void Delete()
    {
        try
        {
            if (IsOurs())
            {
                File.Delete(_path.Temporary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed is found by the next run.
        }
    }

    /// <summary>Whatever a stream throws when it is closed: the file is deleted already, or has its name and is on the disk.</summary>
    private void Close()
    {
        foreach (Stream stream in (Stream[])[Stream, _output])
        {
            try
            {
                stream.Dispose();
            }
            catch (Exception)
            {
                // The next one still has to be closed.
            }
        }
    }
}
