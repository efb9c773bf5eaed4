using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnSetTensor: every element becomes the value.</summary>
internal sealed class SetTensorOperation(TensorOperand y, double value, bool inDouble) : TensorOperation("cudnnSetTensor", y.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [y.Use(MemoryAccess.Write)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = new(y.Layout.ElementCount);
        values.Span.Fill(T.CreateTruncating(value));
        StoreScaled(context, y, values.Span, T.One, T.Zero);
    }
}
