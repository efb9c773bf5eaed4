using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node that records an event at each launch.</summary>
internal sealed class EventRecordOperation(EmulatedEvent target) : StreamOperation
{
    public EmulatedEvent Event { get; } = target;

    public override string Name => "cuEventRecord";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_EVENT_RECORD;

    public override void Execute(OperationContext context)
    {
    }
}
