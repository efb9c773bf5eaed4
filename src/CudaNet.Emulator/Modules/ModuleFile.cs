using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>Reads the file of a module. A disk may be slow: nobody who reads holds a machine's gate.</summary>
internal static class ModuleFile
{
    /// <summary>A larger file is refused; no text of a module comes near it.</summary>
    public const int MostBytes = 256 << 20;

    private const int SmallestBuffer = 4096;

    /// <summary>Reads a file as a whole.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="image">On success its bytes, and a zero behind them.</param>
    /// <returns>301 where nothing is there or may be read; 304 for a folder, a pipe, a device, too many bytes, or a read that fails.</returns>
    public static CUresult Read(string path, out byte[] image)
    {
        image = [];
        try
        {
            // A pipe blocks whoever opens it, and a device has no end: they are refused by what they are.
            if (Directory.Exists(path) || FileStatus.Of(path) is { Kind: not FileKind.Regular })
            {
                return CUresult.CUDA_ERROR_OPERATING_SYSTEM;
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return file.Length <= MostBytes && ReadAll(file) is { } bytes ? Given(bytes, out image) : CUresult.CUDA_ERROR_OPERATING_SYSTEM;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or PathTooLongException or UnauthorizedAccessException or ArgumentException)
        {
            return CUresult.CUDA_ERROR_FILE_NOT_FOUND;
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            return CUresult.CUDA_ERROR_OPERATING_SYSTEM;
        }
    }

    /// <summary>Files that the system makes up do not say how long they are, and others grow.</summary>
    /// <returns>Null: there are too many bytes.</returns>
    private static byte[]? ReadAll(FileStream file)
    {
        byte[] bytes = new byte[Math.Max(file.Length + 1, SmallestBuffer)];
        int count = 0;
        for (int read; (read = file.Read(bytes, count, bytes.Length - count)) > 0;)
        {
            count += read;
            if (count > MostBytes)
            {
                return null;
            }

            if (count == bytes.Length)
            {
                Array.Resize(ref bytes, 2 * count);
            }
        }

        Array.Resize(ref bytes, count + 1);
        return bytes;
    }

    private static CUresult Given(byte[] bytes, out byte[] image)
    {
        image = bytes;
        return CUresult.CUDA_SUCCESS;
    }
}
