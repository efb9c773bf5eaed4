namespace CudaNet.Weights;

/// <summary>One entry of a zip archive's directory.</summary>
/// <param name="Name">Its name: a key to look up, never a path.</param>
/// <param name="Method">0 stored, 8 deflated.</param>
/// <param name="CompressedBytes">Bytes in the archive.</param>
/// <param name="Bytes">Bytes when inflated, as the directory says.</param>
/// <param name="HeaderOffset">Where its local header is.</param>
internal sealed record ZipEntry(string Name, ushort Method, long CompressedBytes, long Bytes, long HeaderOffset);
