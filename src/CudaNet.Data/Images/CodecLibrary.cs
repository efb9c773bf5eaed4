using CudaNet.Engine;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>The image codec's native library, which lies beside the program as a file of its own and may be forgotten.</summary>
internal static class CodecLibrary
{
    /// <summary>What it is called on this system.</summary>
    internal static readonly string FileName = OperatingSystem.IsWindows() ? "libSkiaSharp.dll" : OperatingSystem.IsMacOS() ? "libSkiaSharp.dylib" : "libSkiaSharp.so";

    /// <summary>True where the file lies where the framework looks for it: in the folder, or for one platform in <c>runtimes/PLATFORM/native</c>. What cannot be read has none.</summary>
    internal static bool IsIn(string folder)
    {
        try
        {
            string runtimes = Path.Combine(folder, "runtimes");
            return File.Exists(Path.Combine(folder, FileName))
                || (Directory.Exists(runtimes) && Directory.EnumerateDirectories(runtimes).Any(platform => File.Exists(Path.Combine(platform, "native", FileName))));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A copy in the library's memory, which is the first thing that it is needed for.</summary>
    /// <exception cref="CudaNetException">It cannot be loaded.</exception>
    public static SKData Copy(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return SKData.CreateCopy(bytes);
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
        {
            string folder = AppContext.BaseDirectory;
            bool isThere = IsIn(folder);
            throw new CudaNetException(
                isThere ? $"images cannot be decoded: {(exception.InnerException ?? exception).Message}" : $"images cannot be decoded: {FileName} is not beside the program, in {folder}", exception)
            {
                Hint = isThere ? null : $"Copy {FileName} there from where the program was published; tensors (.npy) need none.",
            };
        }
    }
}
