namespace CudaNet.Data;

/// <summary>Reads whole files, with one clear error for each way in which that fails.</summary>
internal static class InputBytes
{
    /// <summary>The bytes of a regular file of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="ImageFormatException">Missing, a folder, unreadable, empty or too large.</exception>
    public static byte[] Read(string path, int limit)
    {
        if (Directory.Exists(path))
        {
            throw new ImageFormatException("is a folder, not an image") { File = path };
        }

        try
        {
            // Pipes and devices say 0 here, before they are opened: reading one might never end.
            long length = new FileInfo(path).Length;
            if (length == 0)
            {
                throw new ImageFormatException("is empty") { File = path };
            }

            if (length > limit)
            {
                throw new ImageFormatException($"has {length} bytes; an image file may have {limit}") { File = path };
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (FileNotFoundException exception)
        {
            throw new ImageFormatException("there is no such file", exception) { File = path };
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new ImageFormatException("there is no such file", exception) { File = path };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException($"cannot be read: {exception.Message}", exception) { File = path };
        }
    }
}
