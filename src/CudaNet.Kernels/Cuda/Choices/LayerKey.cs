using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A layer and its image size in words, whatever the batch: layers of one key are computed alike.</summary>
internal static class LayerKey
{
    public static string Of(Conv2d op, TensorShape input) => $"{(op with { Bias = false }).Describe()} of {input.Height}×{input.Width}";

    public static string Of(Linear op, StoragePrecision result) => $"{(op with { Bias = true }).Describe()} in {result}";
}
