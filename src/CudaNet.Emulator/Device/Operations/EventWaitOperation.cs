using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node that waits at each launch for what an event stands for then.</summary>
internal sealed class EventWaitOperation(EmulatedEvent target) : StreamOperation
{
    public EmulatedEvent Event { get; } = target;

    public override string Name => "cuStreamWaitEvent";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_WAIT_EVENT;

    public override void Execute(OperationContext context)
    {
    }
}
