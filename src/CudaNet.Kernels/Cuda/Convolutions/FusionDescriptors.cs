using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>What a fused call is told beside its convolution's descriptors.</summary>
internal sealed class FusionDescriptors : IDisposable
{
    private readonly OwnedObjects _owned = new();

    /// <param name="context">Where.</param>
    /// <param name="fusion">What follows the sums.</param>
    /// <param name="filters">K: one constant each.</param>
    /// <param name="precision">Of all values; cuDNN wants the constants in the output's type.</param>
    public FusionDescriptors(CudaContext context, FusedEpilogue fusion, int filters, ArithmeticPrecision precision)
    {
        Fusion = fusion;
        try
        {
            Bias = _owned.Add(new TensorDescriptor(context)).Set(cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, precision.DataType(), 1, filters, 1, 1);
            Activation = _owned.Add(new ActivationDescriptor(context)).Set(fusion.Activation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public FusedEpilogue Fusion { get; }

    /// <summary>1×K×1×1.</summary>
    public TensorDescriptor Bias { get; }

    public ActivationDescriptor Activation { get; }

    public void Dispose() => _owned.Dispose();
}
