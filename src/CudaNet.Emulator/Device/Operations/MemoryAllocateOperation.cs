using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>The point of a stream, or of a graph, from which on memory is there.</summary>
internal sealed class MemoryAllocateOperation(MemoryRange range) : StreamOperation
{
    public MemoryRange Range { get; } = range;

    public override string Name => "cuMemAllocAsync";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEM_ALLOC;

    public override void Execute(OperationContext context) => Range.Materialise();
}
