using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// A weight file cannot be read: damaged, hostile, or of a kind that is refused. <see cref="CudaNetException.File"/> is always set,
/// <see cref="CudaNetException.Offset"/> where one byte is at fault.
/// </summary>
public sealed class WeightFormatException : CudaNetException
{
    /// <param name="message">What is wrong, with the names and numbers that show it.</param>
    /// <param name="inner">The cause, where another exception was one.</param>
    public WeightFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
