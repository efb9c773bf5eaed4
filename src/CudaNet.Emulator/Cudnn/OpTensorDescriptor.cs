using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnOpTensorOp_t.</summary>
internal enum TensorOperator
{
    Add = 0,
    Multiply = 1,
    Min = 2,
    Max = 3,
    SquareRoot = 4,
    Not = 5,
}

/// <summary>A cudnnOpTensorDescriptor_t.</summary>
internal sealed class OpTensorDescriptor : ICudnnDescriptor
{
    public static string Kind => "op tensor descriptor";

    public TensorOperator Operator { get; private set; }

    public cudnnDataType_t ComputeType { get; private set; }

    public cudnnNanPropagation_t NanOption { get; private set; }

    public bool IsSet { get; private set; }

    public CudnnAnswer Set(TensorOperator op, cudnnDataType_t computeType, cudnnNanPropagation_t nan)
    {
        if (op is < TensorOperator.Add or > TensorOperator.Not
            || computeType is not (CUDNN_DATA_FLOAT or CUDNN_DATA_DOUBLE or CUDNN_DATA_HALF or CUDNN_DATA_BFLOAT16)
            || nan is < cudnnNanPropagation_t.CUDNN_NOT_PROPAGATE_NAN or > cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN)
        {
            return CudnnAnswer.BadParam("op, compType or nanOpt is out of range");
        }

        (Operator, ComputeType, NanOption, IsSet) = (op, computeType, nan, true);
        return CudnnAnswer.Success;
    }
}
