using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphCreate))]
    public static CUresult cuGraphCreate(nint* phGraph, uint flags) => Unimplemented.Answer(nameof(cuGraphCreate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphDestroy))]
    public static CUresult cuGraphDestroy(nint hGraph) => Unimplemented.Answer(nameof(cuGraphDestroy));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphGetNodes))]
    public static CUresult cuGraphGetNodes(nint hGraph, nint* nodes, nuint* numNodes) => Unimplemented.Answer(nameof(cuGraphGetNodes));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphNodeGetType))]
    public static CUresult cuGraphNodeGetType(nint hNode, CUgraphNodeType* type) => Unimplemented.Answer(nameof(cuGraphNodeGetType));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphDebugDotPrint))]
    public static CUresult cuGraphDebugDotPrint(nint hGraph, byte* path, uint flags) => Unimplemented.Answer(nameof(cuGraphDebugDotPrint));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiate))]
    public static CUresult cuGraphInstantiate(nint* phGraphExec, nint hGraph, nint* phErrorNode, byte* logBuffer, nuint bufferSize) => Unimplemented.Answer(nameof(cuGraphInstantiate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiate_v2))]
    public static CUresult cuGraphInstantiate_v2(nint* phGraphExec, nint hGraph, nint* phErrorNode, byte* logBuffer, nuint bufferSize) => Unimplemented.Answer(nameof(cuGraphInstantiate_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiateWithFlags))]
    public static CUresult cuGraphInstantiateWithFlags(nint* phGraphExec, nint hGraph, ulong flags) => Unimplemented.Answer(nameof(cuGraphInstantiateWithFlags));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphInstantiateWithParams))]
    public static CUresult cuGraphInstantiateWithParams(nint* phGraphExec, nint hGraph, CUDA_GRAPH_INSTANTIATE_PARAMS* instantiateParams) => Unimplemented.Answer(nameof(cuGraphInstantiateWithParams));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphUpload))]
    public static CUresult cuGraphUpload(nint hGraphExec, nint hStream) => Unimplemented.Answer(nameof(cuGraphUpload));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphLaunch))]
    public static CUresult cuGraphLaunch(nint hGraphExec, nint hStream) => Unimplemented.Answer(nameof(cuGraphLaunch));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecDestroy))]
    public static CUresult cuGraphExecDestroy(nint hGraphExec) => Unimplemented.Answer(nameof(cuGraphExecDestroy));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecUpdate))]
    public static CUresult cuGraphExecUpdate(nint hGraphExec, nint hGraph, nint* hErrorNode_out, CUgraphExecUpdateResult* updateResult_out) => Unimplemented.Answer(nameof(cuGraphExecUpdate));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecUpdate_v2))]
    public static CUresult cuGraphExecUpdate_v2(nint hGraphExec, nint hGraph, CUgraphExecUpdateResultInfo* resultInfo) => Unimplemented.Answer(nameof(cuGraphExecUpdate_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuGraphExecGetFlags))]
    public static CUresult cuGraphExecGetFlags(nint hGraphExec, ulong* flags) => Unimplemented.Answer(nameof(cuGraphExecGetFlags));
}
