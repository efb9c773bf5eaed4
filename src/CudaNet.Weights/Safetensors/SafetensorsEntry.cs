using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>One tensor of a safetensors header.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents.</param>
/// <param name="Begin">First byte, from the start of the data.</param>
/// <param name="End">The byte behind its last.</param>
internal sealed record SafetensorsEntry(string Name, WeightType Type, TensorShape Shape, long Begin, long End);
