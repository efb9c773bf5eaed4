using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What the calls on tensors demand of their arguments; null where nothing is wrong.</summary>
internal static unsafe class TensorChecks
{
    /// <summary>Reads α and β from host memory: doubles for results in double precision, floats for all others.</summary>
    public static CudnnAnswer? Scaling(void* alpha, void* beta, cudnnDataType_t type, out Scaling scaling)
    {
        scaling = default;
        if ((OnHost(alpha, "alpha") ?? OnHost(beta, "beta")) is { } unfit)
        {
            return unfit;
        }

        scaling = new Scaling(Scalar(alpha, type), Scalar(beta, type));
        return null;
    }

    /// <summary>A factor or value that the call reads from host memory.</summary>
    public static CudnnAnswer? OnHost(void* value, string name) =>
        value == null ? CudnnAnswer.BadParam($"{name} == NULL")
        : MemorySpace.IsDeviceAddress((ulong)value) ? CudnnAnswer.Crash($"{name} is an address of the device; it is read on the host.")
        : null;

    public static double Scalar(void* value, cudnnDataType_t type) => type == CUDNN_DATA_DOUBLE ? *(double*)value : *(float*)value;

    /// <summary>Whether a call computes in double precision: where one of its tensors has it, or integers that float cannot hold.</summary>
    public static bool InDouble(params ReadOnlySpan<TensorLayout> layouts)
    {
        foreach (TensorLayout layout in layouts)
        {
            if (layout.Type is CUDNN_DATA_DOUBLE or CUDNN_DATA_INT32)
            {
                return true;
            }
        }

        return false;
    }

    public static CudnnAnswer? Pooling(EmulatedPoolingDescriptor pooling, TensorOperand x, TensorOperand y)
    {
        Span<int> expected = stackalloc int[x.Layout.Rank];
        CudnnAnswer answer = pooling.OutputExtents(x.Layout, expected);
        return !answer.IsSuccess ? answer
            : !y.Layout.HasExtents(expected) || x.Layout.Type != y.Layout.Type ? CudnnAnswer.BadParam($"y is {y.Layout} for x {x.Layout}")
            : pooling.SpatialRank != 2 ? CudnnAnswer.NotSupported("pooling over other than two spatial extents")
            : Overlap(x, y, mayBeSame: false);
    }

    public static CudnnAnswer? Activation(EmulatedActivationDescriptor activation, TensorOperand x, TensorOperand y) =>
        !activation.IsSet || activation.Value.Mode == cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY ? CudnnAnswer.BadParam("the activation is not set, or IDENTITY")
        : SameShape(x, y);

    /// <summary>Extents and types are equal; in place is allowed where the layouts are equal too.</summary>
    public static CudnnAnswer? SameShape(TensorOperand x, TensorOperand y) =>
        !x.Layout.HasExtentsOf(y.Layout) || x.Layout.Type != y.Layout.Type ? CudnnAnswer.BadParam($"y is {y.Layout} for x {x.Layout}")
        : Overlap(x, y, mayBeSame: true);

    /// <summary>Extents are equal; layouts and types need not be, but then the memory must be apart.</summary>
    public static CudnnAnswer? SameExtents(TensorOperand x, TensorOperand y) =>
        x.Layout.HasExtentsOf(y.Layout) ? Overlap(x, y, mayBeSame: true) : CudnnAnswer.BadParam($"y is {y.Layout} for x {x.Layout}");

    public static CudnnAnswer? NotNull(void* pointer) => pointer == null ? CudnnAnswer.BadParam("a pointer is NULL") : null;

    public static CudnnAnswer? Softmax(cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode, TensorOperand x, TensorOperand y) =>
        algorithm is < cudnnSoftmaxAlgorithm_t.CUDNN_SOFTMAX_FAST or > cudnnSoftmaxAlgorithm_t.CUDNN_SOFTMAX_LOG
            || mode is < cudnnSoftmaxMode_t.CUDNN_SOFTMAX_MODE_INSTANCE or > cudnnSoftmaxMode_t.CUDNN_SOFTMAX_MODE_CHANNEL
            ? CudnnAnswer.BadParam("algo or mode is out of range")
            : SameShape(x, y);

    public static CudnnAnswer? OpTensor(OpTensorDescriptor op) => op.IsSet ? null : CudnnAnswer.BadParam("the operation is not set");

    /// <summary>Each extent of C is A's, or 1; indices of 32 bits only, and only with extremes.</summary>
    public static CudnnAnswer? Reduction(ReduceTensorDescriptor reduction, TensorOperand c, TensorOperand a) =>
        !reduction.IsSet ? CudnnAnswer.BadParam("the reduction is not set")
        : reduction.WithIndices && reduction.IndexBytes != sizeof(int) ? CudnnAnswer.NotSupported("indices of other than 32 bits")
        : Broadcast(c.Layout, a.Layout) ?? Overlap(a, c, mayBeSame: false);

    /// <summary>Each extent of A is C's, or 1.</summary>
    public static CudnnAnswer? Broadcast(TensorLayout a, TensorLayout c)
    {
        if (a.Rank != c.Rank || a.Type != c.Type)
        {
            return CudnnAnswer.BadParam($"A is {a} for C {c}");
        }

        for (int i = 0; i < a.Rank; i++)
        {
            if (a.Extents[i] != c.Extents[i] && a.Extents[i] != 1)
            {
                return CudnnAnswer.BadParam($"A is {a} for C {c}");
            }
        }

        return null;
    }

    public static CudnnAnswer? BatchNorm(int mode, TensorOperand x, TensorOperand y, TensorLayout parameters, double epsilon) =>
        x.Layout.Rank is not (4 or 5) || epsilon < 0 || mode is < 0 or > 2 ? CudnnAnswer.BadParam("rank, mode or epsilon is out of range")
        : !BatchNormShapes.Fit(parameters, x.Layout, mode) ? CudnnAnswer.BadParam($"parameters of {parameters} for x {x.Layout}")
        : SameShape(x, y);

    /// <summary>Memory that is read and written by one call must not overlap, unless it is the same in the same layout.</summary>
    public static CudnnAnswer? Overlap(TensorOperand read, TensorOperand written, bool mayBeSame)
    {
        bool overlaps = read.Address < written.Address + written.Bytes && written.Address < read.Address + read.Bytes;
        return !overlaps || (mayBeSame && read.Address == written.Address && read.Layout.IsSameAs(written.Layout)) ? null : CudnnAnswer.Refuse(
            cudnnStatus_t.CUDNN_STATUS_BAD_PARAM, FindingKind.Argument, $"what is read at 0x{read.Address:x} overlaps what is written at 0x{written.Address:x}.");
    }
}
