using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnScaleTensor: y = α·y.</summary>
internal sealed class ScaleOperation(TensorOperand y, double alpha, bool inDouble) : TensorOperation("cudnnScaleTensor", y.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [y.Use(MemoryAccess.ReadWrite)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = Load<T>(context, y);
        StoreScaled(context, y, values.Span, T.CreateChecked(alpha), T.Zero);
    }
}
