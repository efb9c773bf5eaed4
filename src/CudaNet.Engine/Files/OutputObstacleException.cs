namespace CudaNet.Engine;

/// <summary>What stands in the way of an output before anything of it is written, and what to do about that.</summary>
internal sealed class OutputObstacleException(string message, string hint, Exception? inner = null) : IOException(message, inner)
{
    /// <inheritdoc cref="CudaNetException.Hint"/>
    public string Hint { get; } = hint;
}
