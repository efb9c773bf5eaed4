namespace CudaNet.Data;

/// <summary>One file to run: an image, or a tensor in a <c>.npy</c> file.</summary>
/// <param name="Name">How results name it: the path as given, or the path relative to the folder that was given, with <c>/</c> between its parts.</param>
/// <param name="Path">Where it is.</param>
public sealed record InputFile(string Name, string Path)
{
    /// <summary>True for a <c>.npy</c> file, read by <see cref="NpyReader"/> and used as it is.</summary>
    public bool IsTensor => System.IO.Path.GetExtension(Path.AsSpan()).Equals(".npy", StringComparison.OrdinalIgnoreCase);
}
