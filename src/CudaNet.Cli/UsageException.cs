namespace CudaNet.Cli;

/// <summary>Options that are right each alone, but not together.</summary>
internal sealed class UsageException(string message) : Exception(message);
