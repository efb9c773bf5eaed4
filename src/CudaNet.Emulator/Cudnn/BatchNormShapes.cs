using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The layout of a batch normalisation's parameters.</summary>
internal static class BatchNormShapes
{
    /// <summary>CUDNN_BATCHNORM_PER_ACTIVATION; the other two modes are by channel.</summary>
    private const int PerActivation = 0;

    private const int LastMode = 2;

    /// <summary>Always dense in NCHW order, also for an input in NHWC; FLOAT for all but DOUBLE.</summary>
    public static CudnnAnswer Derive(EmulatedTensorDescriptor derived, TensorLayout? x, int mode)
    {
        if (x is null || mode is < PerActivation or > LastMode)
        {
            return CudnnAnswer.BadParam("xDesc is not set, or mode is out of range");
        }

        int[] extents = x.Extents.ToArray();
        extents[0] = 1;
        if (mode != PerActivation)
        {
            extents.AsSpan(2).Fill(1);
        }

        cudnnDataType_t type = x.Type == CUDNN_DATA_DOUBLE ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT;
        derived.Assign(new TensorLayout(type, extents, EmulatedTensorDescriptor.DenseStrides(cudnnTensorFormat_t.CUDNN_TENSOR_NCHW, extents)));
        return CudnnAnswer.Success;
    }

    /// <summary>Whether parameters of this layout fit the input under the mode.</summary>
    public static bool Fit(TensorLayout parameters, TensorLayout x, int mode)
    {
        EmulatedTensorDescriptor expected = new();
        return Derive(expected, x, mode).IsSuccess && parameters.Type == expected.Layout!.Type && parameters.HasExtentsOf(expected.Layout) && parameters.IsNchw;
    }
}
