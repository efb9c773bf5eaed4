using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>The point of a stream, or of a graph, from which on memory is gone.</summary>
internal sealed class MemoryFreeOperation(MemoryRange range) : StreamOperation
{
    public MemoryRange Range { get; } = range;

    public override string Name => "cuMemFreeAsync";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEM_FREE;

    public override void Execute(OperationContext context)
    {
        if (Range.IsFreed)
        {
            throw new DeviceFault(
                CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                FindingKind.UseAfterFree,
                $"{Name} on {context.Stream}: {Range.Name} {Range.Gone}; nothing orders this free behind its allocation, or it was freed twice.");
        }

        context.Machine!.Memory.Release(Range);
    }
}
