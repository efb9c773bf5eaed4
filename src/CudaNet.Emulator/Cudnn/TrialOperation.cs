using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What a search for an algorithm does to memory: it reads x and w, and leaves garbage in y and in the part of the workspace that some algorithm uses.</summary>
internal sealed class TrialOperation(TensorOperand x, MemoryUse w, TensorOperand y, MemoryUse? workspace)
    : TensorOperation("cudnnFindConvolutionForwardAlgorithmEx", x.Layout.Type, inDouble: false)
{
    public override IReadOnlyList<MemoryUse> Uses => workspace is { } used
        ? [x.Use(MemoryAccess.Read), w, y.Use(MemoryAccess.Write), used]
        : [x.Use(MemoryAccess.Read), w, y.Use(MemoryAccess.Write)];

    protected override void Run<T>(OperationContext context)
    {
        Access(context, x, MemoryAccess.Read);
        Access(context, w.Address, w.Bytes, 1, MemoryAccess.Read);
        if (workspace is { } used)
        {
            context.Random.NextBytes(Access(context, used.Address, used.Bytes, 1, MemoryAccess.Write));
        }

        context.Random.NextBytes(Access(context, y, MemoryAccess.Write));
    }
}
