using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The way of every file that is written here: beside its destination, read back, and only then renamed.</summary>
internal static class WrittenFile
{
    /// <summary>Makes or replaces a file; a failure or a cancellation leaves what was there before.</summary>
    /// <param name="destination">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="verify">Throws where what was written cannot be read back; nothing may fail afterwards but the renaming.</param>
    /// <param name="cancellation">Looked at last before the file gets its name.</param>
    /// <returns>The file's length.</returns>
    /// <exception cref="CudaNetException">It cannot be written.</exception>
    public static long Write(string destination, Action<Stream> write, Action<FileStream> verify, CancellationToken cancellation)
    {
        try
        {
            using NewFile written = new(destination);
            write(written.Stream);
            long bytes = written.ReadBack(stream =>
            {
                verify(stream);
                return stream.Length;
            });
            cancellation.ThrowIfCancellationRequested();
            written.Commit();
            return bytes;
        }
        catch (IOException exception)
        {
            throw OutputPath.Failure(destination, exception);
        }
    }
}
