using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>Reads whole image files.</summary>
internal static class InputBytes
{
    /// <summary>The bytes of a regular file of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="ImageFormatException">It is too large.</exception>
    /// <exception cref="CudaNetException">It is missing, unreadable or no regular file.</exception>
    public static byte[] Read(string path, int limit) => RegularFile.Read(path, file =>
    {
        if (file.Length > limit)
        {
            throw new ImageFormatException($"has {file.Length} bytes; an image file may have {limit}") { File = path };
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
        file.ReadExactly(bytes);
        return bytes;
    });
}
