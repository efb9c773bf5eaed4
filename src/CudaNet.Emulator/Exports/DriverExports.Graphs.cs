using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuGraphCreate(nint* phGraph, uint flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphCreate));
        if (call.Refuse(invalid: phGraph == null || flags != 0) is { } refused)
        {
            return refused;
        }

        var graph = new EmulatedGraph(call.Machine);
        graph.Publish(call.Name);
        *phGraph = graph.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuGraphDestroy(nint hGraph)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphDestroy));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraph, out EmulatedGraph graph, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        return call.Answer(graph.Destroy());
    }

    public static CUresult cuGraphGetNodes(nint hGraph, nint* nodes, nuint* numNodes)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphGetNodes));
        if (call.Refuse(invalid: numNodes == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraph, out EmulatedGraph graph, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (nodes != null)
        {
            for (nuint i = 0; i < *numNodes; i++)
            {
                nodes[i] = i < (nuint)graph.Nodes.Count ? graph.Nodes[(int)i].Handle : 0;
            }
        }

        *numNodes = nodes == null ? (nuint)graph.Nodes.Count : Math.Min(*numNodes, (nuint)graph.Nodes.Count);
        return CUDA_SUCCESS;
    }

    public static CUresult cuGraphNodeGetType(nint hNode, CUgraphNodeType* type)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphNodeGetType));
        if (call.Refuse(invalid: type == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hNode, out EmulatedGraphNode node, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        *type = node.Type;
        return CUDA_SUCCESS;
    }

    public static CUresult cuGraphDebugDotPrint(nint hGraph, byte* path, uint flags)
    {
        CUresult result = DrawGraph(hGraph, path, out string drawing);
        return result != CUDA_SUCCESS || GraphDrawing.Write(drawing, Marshal.PtrToStringUTF8((nint)path)!) ? result : CUDA_ERROR_OPERATING_SYSTEM;
    }

    public static CUresult cuGraphUpload(nint hGraphExec, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphUpload));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraphExec, out EmulatedGraphExec _, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return stream.Admit(call.Name);
    }

    public static CUresult cuGraphLaunch(nint hGraphExec, nint hStream)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphLaunch));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraphExec, out EmulatedGraphExec exec, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return exec.Launch(stream);
    }

    public static CUresult cuGraphExecDestroy(nint hGraphExec)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphExecDestroy));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraphExec, out EmulatedGraphExec exec, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        return call.Answer(exec.Destroy());
    }

    public static CUresult cuGraphExecGetFlags(nint hGraphExec, ulong* flags)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphExecGetFlags));
        if (call.Refuse(invalid: flags == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraphExec, out EmulatedGraphExec exec, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        *flags = (ulong)exec.Flags;
        return CUDA_SUCCESS;
    }

    public static CUresult cuGraphExecUpdate(nint hGraphExec, nint hGraph, nint* hErrorNode_out, CUgraphExecUpdateResult* updateResult_out)
    {
        CUgraphExecUpdateResultInfo info = default;
        CUresult result = UpdateExec(nameof(cuGraphExecUpdate), hGraphExec, hGraph, &info);
        Set(hErrorNode_out, info.errorNode);
        Set(updateResult_out, info.result);
        return result;
    }

    public static CUresult cuGraphExecUpdate_v2(nint hGraphExec, nint hGraph, CUgraphExecUpdateResultInfo* resultInfo)
        => UpdateExec(nameof(cuGraphExecUpdate_v2), hGraphExec, hGraph, resultInfo);

    private static CUresult UpdateExec(string name, nint hGraphExec, nint hGraph, CUgraphExecUpdateResultInfo* resultInfo)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: resultInfo == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraphExec, out EmulatedGraphExec exec, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        if (call.Resolve(hGraph, out EmulatedGraph graph, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUgraphExecUpdateResult result = exec.Update(graph, out EmulatedGraphNode? at);
        *resultInfo = new CUgraphExecUpdateResultInfo { result = result, errorNode = at?.Handle ?? 0 };
        return result == CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS ? CUDA_SUCCESS : CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
    }

    private static CUresult DrawGraph(nint hGraph, byte* path, out string drawing)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuGraphDebugDotPrint));
        drawing = string.Empty;
        if (call.Refuse(invalid: path == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraph, out EmulatedGraph graph, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        drawing = GraphDrawing.Draw(graph);
        return CUDA_SUCCESS;
    }
}
