namespace CudaNet.Cli;

/// <summary>An input that was passed over, as <c>--skip-unreadable</c> asks.</summary>
/// <param name="File">Its name.</param>
/// <param name="Reason">Why it cannot be read.</param>
internal sealed record SkippedInput(string File, string Reason);
