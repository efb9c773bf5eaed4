using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnAddTensor: C = α·A + β·C, A repeated where its extents are 1.</summary>
internal sealed class AddTensorOperation(TensorOperand a, TensorOperand c, Scaling scaling, bool inDouble) : TensorOperation("cudnnAddTensor", a.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [a.Use(MemoryAccess.Read), c.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> added = new(c.Layout.ElementCount);
        TensorWalk.Broadcast(a.Layout, c.Layout.Extents).Load(Access(context, a, MemoryAccess.Read), added.Span);
        StoreScaled(context, c, added.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }
}
