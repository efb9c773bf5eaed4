using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnReduceTensorOp_t.</summary>
internal enum TensorReduction
{
    Add = 0,
    Multiply = 1,
    Min = 2,
    Max = 3,
    AbsoluteMax = 4,
    Average = 5,
    Norm1 = 6,
    Norm2 = 7,
    MultiplyNonZeros = 8,
}

/// <summary>A cudnnReduceTensorDescriptor_t.</summary>
internal sealed class ReduceTensorDescriptor : ICudnnDescriptor
{
    public static string Kind => "reduce tensor descriptor";

    public TensorReduction Reduction { get; private set; }

    public cudnnDataType_t ComputeType { get; private set; }

    public cudnnNanPropagation_t NanOption { get; private set; }

    /// <summary>Whether the places of the extremes are wanted (CUDNN_REDUCE_TENSOR_FLATTENED_INDICES).</summary>
    public bool WithIndices { get; private set; }

    /// <summary>Bytes of one index.</summary>
    public int IndexBytes { get; private set; } = 4;

    public bool IsSet { get; private set; }

    public bool FindsExtreme => Reduction is TensorReduction.Min or TensorReduction.Max or TensorReduction.AbsoluteMax;

    public CudnnAnswer Set(TensorReduction op, cudnnDataType_t computeType, cudnnNanPropagation_t nan, int indices, int indexType)
    {
        if (op is < TensorReduction.Add or > TensorReduction.MultiplyNonZeros
            || computeType is not (CUDNN_DATA_FLOAT or CUDNN_DATA_DOUBLE or CUDNN_DATA_HALF)
            || nan is < cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN or > cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN
            || indices is < 0 or > 1 || indexType is < 0 or > 3)
        {
            return CudnnAnswer.BadParam("op, compType, nanOpt, indices or indicesType is out of range");
        }

        (Reduction, ComputeType, NanOption, WithIndices, IsSet) = (op, computeType, nan, indices == 1, true);
        IndexBytes = indexType switch { 0 => 4, 1 => 8, 2 => 2, _ => 1 };
        return WithIndices && !FindsExtreme ? CudnnAnswer.Accept($"indices with {op}") : CudnnAnswer.Success;
    }
}
