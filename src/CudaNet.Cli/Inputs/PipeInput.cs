using System.Text.RegularExpressions;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>
/// Pipes that the tool was started with: <c>/dev/stdin</c>, and what a shell makes of <c>&lt;(…)</c>. They are open already and are read to their end, once. A pipe with a name in a
/// folder stays refused: opening it may wait for ever.
/// </summary>
internal static partial class PipeInput
{
    /// <summary>True for such a name, where a pipe or a socket is behind it.</summary>
    public static bool IsPipe(string path) => Inherited().IsMatch(path) && FileStatus.Of(path) is { Kind: FileKind.Pipe or FileKind.Socket };

    /// <summary>The files that opening a model by this path may read; a pipe has none.</summary>
    public static IReadOnlyList<string> FilesOf(string model) => IsPipe(model) ? [] : FolderReader.FilesOf(model);

    /// <summary>What <paramref name="read"/> makes of the pipe, which is closed afterwards.</summary>
    /// <exception cref="CudaNetException">It cannot be opened, or reading fails.</exception>
    public static T Read<T>(string path, Func<Stream, T> read)
    {
        try
        {
            using FileStream pipe = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return read(pipe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CudaNetException($"cannot be read: {exception.Message}", exception) { File = path };
        }
    }

    [GeneratedRegex("^(/dev/stdin|/dev/fd/[0-9]{1,9}|/proc/self/fd/[0-9]{1,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex Inherited();
}
