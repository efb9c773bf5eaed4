namespace CudaNet.Engine;

/// <summary>A shape does not fit: the layer that cannot take its input, a tensor of the wrong extents, a product that overflows.</summary>
public sealed class ShapeException(string message) : CudaNetException(message);
