using System.Numerics;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnOpTensor: C = op(α₁·A, α₂·B) + β·C, B repeated where its extents are 1.</summary>
internal sealed class CombineOperation(
    TensorOperator op, cudnnNanPropagation_t nan, TensorOperand a, double alpha1, TensorOperand? b, double alpha2, TensorOperand c, double beta, bool inDouble)
    : TensorOperation("cudnnOpTensor", a.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => b is { } second
        ? [a.Use(MemoryAccess.Read), second.Use(MemoryAccess.Read), c.Use(new Scaling(1, beta).ResultAccess)]
        : [a.Use(MemoryAccess.Read), c.Use(new Scaling(1, beta).ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> left = Load<T>(context, a);
        using ScratchArray<T> right = new(left.Length);
        if (b is { } second)
        {
            TensorWalk.Broadcast(second.Layout, a.Layout.Extents).Load(Access(context, second, MemoryAccess.Read), right.Span);
        }

        (T scaleLeft, T scaleRight) = (T.CreateChecked(alpha1), T.CreateChecked(alpha2));
        for (int i = 0; i < left.Length; i++)
        {
            left.Array[i] = Apply(scaleLeft * left.Array[i], b is null ? T.Zero : scaleRight * right.Array[i]);
        }

        StoreScaled(context, c, left.Span, T.One, T.CreateChecked(beta));
    }

    private T Apply<T>(T left, T right)
        where T : IBinaryFloatingPointIeee754<T>
    {
        bool passesNan = nan == cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN;
        return op switch
        {
            TensorOperator.Add => left + right,
            TensorOperator.Multiply => left * right,
            TensorOperator.Min => passesNan ? T.Min(left, right) : T.MinNumber(left, right),
            TensorOperator.Max => passesNan ? T.Max(left, right) : T.MaxNumber(left, right),
            TensorOperator.SquareRoot => T.Sqrt(left),
            _ => T.One - left,
        };
    }
}
