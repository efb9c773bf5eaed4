namespace CudaNet.Engine;

/// <summary>One parameter a layer needs.</summary>
/// <param name="Name">Name relative to the layer (<c>weight</c>), or absolute (<c>conv1.weight</c>) in a graph's list.</param>
/// <param name="Shape">The shape it must have.</param>
public sealed record ParameterSpec(string Name, TensorShape Shape);
