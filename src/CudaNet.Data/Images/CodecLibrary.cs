using CudaNet.Engine;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>The image codec's native library, which lies beside the program as a file of its own and may be forgotten.</summary>
internal static class CodecLibrary
{
    private static readonly string FileName = OperatingSystem.IsWindows() ? "libSkiaSharp.dll" : OperatingSystem.IsMacOS() ? "libSkiaSharp.dylib" : "libSkiaSharp.so";

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
            bool isThere = Directory.EnumerateFiles(folder, FileName, SearchOption.AllDirectories).Any();
            throw new CudaNetException(
                isThere ? $"images cannot be decoded: {(exception.InnerException ?? exception).Message}" : $"images cannot be decoded: {FileName} is not beside the program, in {folder}", exception)
            {
                Hint = isThere ? null : $"Copy {FileName} there from where the program was published; tensors (.npy) need none.",
            };
        }
    }
}
