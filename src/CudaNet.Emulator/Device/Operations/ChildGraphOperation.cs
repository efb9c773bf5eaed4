using System.Diagnostics;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A node that is a graph; instantiating puts its nodes in its place.</summary>
internal sealed class ChildGraphOperation(EmulatedGraph graph) : StreamOperation
{
    public EmulatedGraph Graph { get; } = graph;

    public override string Name => "child graph";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_GRAPH;

    public override void Execute(OperationContext context) => throw new UnreachableException("its nodes run, not itself");
}
