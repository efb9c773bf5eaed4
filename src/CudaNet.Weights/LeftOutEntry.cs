namespace CudaNet.Weights;

/// <summary>Something in a weight file that is not part of the weights.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Reason">What it is, in a few words.</param>
public sealed record LeftOutEntry(string Name, string Reason);
