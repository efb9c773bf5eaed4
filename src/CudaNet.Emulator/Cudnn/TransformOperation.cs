using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnTransformTensor: y = α·x + β·y, in another layout or type.</summary>
internal sealed class TransformOperation(TensorOperand x, TensorOperand y, Scaling scaling, bool inDouble) : TensorOperation("cudnnTransformTensor", x.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [x.Use(MemoryAccess.Read), y.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = Load<T>(context, x);
        StoreScaled(context, y, values.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }
}
