using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node that only orders others.</summary>
internal sealed class EmptyOperation : StreamOperation
{
    public override string Name => "empty node";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_EMPTY;

    public override void Execute(OperationContext context)
    {
    }
}
