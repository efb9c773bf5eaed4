using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A host function in a stream: cuLaunchHostFunc. It is not called once the context has faulted.</summary>
/// <param name="function">Address of a <c>void (*)(void*)</c>.</param>
/// <param name="userData">What it is given.</param>
internal sealed unsafe class HostFunctionOperation(nint function, nint userData) : StreamOperation
{
    public nint Function { get; } = function;

    public nint UserData { get; } = userData;

    public override string Name => "cuLaunchHostFunc";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_HOST;

    public override void Execute(OperationContext context)
        => EmulatedHostFunctions.Run(context.Machine!, () => ((delegate* unmanaged<nint, void>)Function)(UserData));
}
