using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What a search for an algorithm does to memory: it reads x, and leaves garbage in y.</summary>
internal sealed class TrialOperation(TensorOperand x, TensorOperand y) : TensorOperation("cudnnFindConvolutionForwardAlgorithmEx", inDouble: false)
{
    public override IReadOnlyList<MemoryUse> Uses => [x.Use(MemoryAccess.Read), y.Use(MemoryAccess.Write)];

    protected override void Run<T>(OperationContext context)
    {
        Access(context, x, MemoryAccess.Read);
        context.Random.NextBytes(Access(context, y, MemoryAccess.Write));
    }
}
