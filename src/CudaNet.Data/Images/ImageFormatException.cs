using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>
/// A file is no image that can be used: of an unknown format, cut short, damaged, or larger than the limit. The message says which;
/// <see cref="CudaNetException.File"/> names the file where there is one.
/// </summary>
public sealed class ImageFormatException : CudaNetException
{
    internal ImageFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
