using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>A callback of <c>cuStreamAddCallback</c>: a <c>void (*)(CUstream, CUresult, void*)</c>. It cannot be captured.</summary>
internal sealed unsafe class CallbackOperation(nint callback, nint stream, void* userData) : StreamOperation
{
    private readonly nint _userData = (nint)userData;

    public override string Name => nameof(DriverExports.cuStreamAddCallback);

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_HOST;

    public override void Execute(OperationContext context) => EmulatedHostFunctions.Run(
        context.Machine!, () => ((delegate* unmanaged<nint, CUresult, nint, void>)callback)(stream, CUresult.CUDA_SUCCESS, _userData));
}
