using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What an archive calls a layer's array: names with slashes, as ONNX graphs have them, would be folders there.</summary>
internal static class ArrayNames
{
    /// <summary>The layer's name, or the first alias without a slash.</summary>
    public static string Of(LayerNode layer) => layer.Aliases.Prepend(layer.Name).FirstOrDefault(n => n.AsSpan().IndexOfAny('/', '\\') < 0) ?? layer.Name;
}
