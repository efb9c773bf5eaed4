using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const CUgraphInstantiate_flags UploadFlag = CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_UPLOAD;

    /// <summary>What all forms take. Launches from the device are beyond the emulator.</summary>
    private const CUgraphInstantiate_flags FlagsOfGraphs =
        CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH | CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_USE_NODE_PRIORITY;

    public static CUresult cuGraphInstantiate(nint* phGraphExec, nint hGraph, nint* phErrorNode, byte* logBuffer, nuint bufferSize)
        => InstantiateWithLog(nameof(cuGraphInstantiate), phGraphExec, hGraph, phErrorNode, logBuffer, bufferSize);

    public static CUresult cuGraphInstantiate_v2(nint* phGraphExec, nint hGraph, nint* phErrorNode, byte* logBuffer, nuint bufferSize)
        => InstantiateWithLog(nameof(cuGraphInstantiate_v2), phGraphExec, hGraph, phErrorNode, logBuffer, bufferSize);

    public static CUresult cuGraphInstantiateWithFlags(nint* phGraphExec, nint hGraph, ulong flags)
        => Instantiate(nameof(cuGraphInstantiateWithFlags), phGraphExec, hGraph, flags, FlagsOfGraphs);

    public static CUresult cuGraphInstantiateWithParams(nint* phGraphExec, nint hGraph, CUDA_GRAPH_INSTANTIATE_PARAMS* instantiateParams)
    {
        if (instantiateParams == null)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        CUresult result = Instantiate(nameof(cuGraphInstantiateWithParams), phGraphExec, hGraph, instantiateParams->flags, FlagsOfGraphs | UploadFlag);
        instantiateParams->hErrNode_out = 0;
        instantiateParams->result_out = result == CUDA_SUCCESS
            ? CUgraphInstantiateResult.CUDA_GRAPH_INSTANTIATE_SUCCESS
            : CUgraphInstantiateResult.CUDA_GRAPH_INSTANTIATE_ERROR;
        return result;
    }

    private static CUresult InstantiateWithLog(string name, nint* phGraphExec, nint hGraph, nint* phErrorNode, byte* logBuffer, nuint bufferSize)
    {
        Set(phErrorNode, 0);
        if (bufferSize > 0)
        {
            Set(logBuffer, (byte)0);
        }

        return Instantiate(name, phGraphExec, hGraph, 0, FlagsOfGraphs);
    }

    private static CUresult Instantiate(string name, nint* phGraphExec, nint hGraph, ulong flags, CUgraphInstantiate_flags allowed)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: phGraphExec == null || ((CUgraphInstantiate_flags)flags & ~allowed) != 0) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hGraph, out EmulatedGraph graph, CUDA_ERROR_INVALID_VALUE) is not CUDA_SUCCESS and var absent)
        {
            return absent;
        }

        CUresult result = EmulatedGraphExec.Instantiate(graph, (CUgraphInstantiate_flags)flags, name, out EmulatedGraphExec? exec);
        *phGraphExec = exec?.Handle ?? 0;
        return result;
    }
}
