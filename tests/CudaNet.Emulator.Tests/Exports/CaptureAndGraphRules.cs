using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Captures and graphs: what their handles and arguments answer.</summary>
public sealed unsafe class CaptureAndGraphRules
{
    private const CUstreamCaptureMode ThreadLocal = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;

    [Fact]
    public void Beginning_and_ending_answer_as_the_rules_say()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        nint graph = 1;
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, host.Api.cuStreamBeginCapture_v2(0, ThreadLocal));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, host.Api.cuStreamBeginCapture_v2(1, ThreadLocal));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamBeginCapture_v2(stream, (CUstreamCaptureMode)7));
        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, host.Api.cuStreamEndCapture(stream, &graph));
        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, host.Api.cuStreamEndCapture(0, &graph));
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, ThreadLocal));
        Assert.Equal(CUDA_ERROR_ILLEGAL_STATE, host.Api.cuStreamBeginCapture_v2(stream, ThreadLocal));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuStreamEndCapture(stream, null));
        DriverHost.Ok(host.Api.cuStreamEndCapture(stream, &graph));
        DriverHost.Ok(host.Api.cuGraphDestroy(graph));
    }

    [Fact]
    public void A_broken_capture_ends_with_a_null_graph()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        nint graph = 1;
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, ThreadLocal));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, host.Api.cuStreamSynchronize(stream));
        Assert.Equal(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, host.Api.cuStreamEndCapture(stream, &graph));
        Assert.Equal(0, graph);
        Assert.Equal(CUDA_SUCCESS, host.Api.cuStreamSynchronize(stream));
    }

    [Fact]
    public void The_information_of_a_capture_names_its_graph_and_the_last_node()
    {
        using var host = new DriverHost();
        nint stream = host.Stream();
        ulong address = host.Allocate(4);
        CUstreamCaptureStatus status;
        ulong id = 0;
        nint during, graph;
        nint* nodes;
        nuint count;
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, ThreadLocal));
        DriverHost.Ok(host.Api.cuMemsetD8Async(address, 0, 4, stream));
        DriverHost.Ok(host.Api.cuStreamGetCaptureInfo_v2(stream, &status, &id, &during, &nodes, &count));
        Assert.Equal(CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE, status);
        Assert.NotEqual(0ul, id);
        Assert.Equal((nuint)1, count);
        CUgraphNodeType type;
        DriverHost.Ok(host.Api.cuGraphNodeGetType(nodes[0], &type));
        Assert.Equal(CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMSET, type);
        DriverHost.Ok(host.Api.cuStreamEndCapture(stream, &graph));
        Assert.Equal(during, graph);
    }

    [Fact]
    public void Null_graphs_and_executables_are_invalid()
    {
        using var host = new DriverHost();
        nint handle;
        nuint count;
        CUgraphExecUpdateResultInfo info;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphLaunch(0, host.Stream()));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphExecDestroy(0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphDestroy(0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphUpload(0, host.Stream()));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphInstantiateWithFlags(&handle, 0, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphExecUpdate_v2(0, 0, &info));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphGetNodes(0, null, &count));
    }

    [Fact]
    public void A_graph_is_destroyed_once()
    {
        using var host = new DriverHost();
        nint graph = Captured(host, 1);
        DriverHost.Ok(host.Api.cuGraphDestroy(graph));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphDestroy(graph));
    }

    [Theory]
    [InlineData(0ul, CUDA_SUCCESS)]
    [InlineData(1ul, CUDA_SUCCESS)]
    [InlineData(2ul, CUDA_ERROR_INVALID_VALUE)]
    [InlineData(8ul, CUDA_SUCCESS)]
    [InlineData(64ul, CUDA_ERROR_INVALID_VALUE)]
    internal void Instantiating_with_flags_takes_all_but_the_upload(ulong flags, CUresult expected)
    {
        using var host = new DriverHost();
        nint exec;
        Assert.Equal(expected, host.Api.cuGraphInstantiateWithFlags(&exec, Captured(host, 1), flags));
    }

    [Fact]
    public void Instantiating_with_parameters_takes_the_upload_and_says_how_it_went()
    {
        using var host = new DriverHost();
        var parameters = new Emulator.Exports.CUDA_GRAPH_INSTANTIATE_PARAMS { flags = 2, result_out = (Emulator.Exports.CUgraphInstantiateResult)5 };
        nint exec;
        ulong flags;
        DriverHost.Ok(host.Api.cuGraphInstantiateWithParams(&exec, Captured(host, 1), &parameters));
        Assert.Equal(Emulator.Exports.CUgraphInstantiateResult.CUDA_GRAPH_INSTANTIATE_SUCCESS, parameters.result_out);
        DriverHost.Ok(host.Api.cuGraphExecGetFlags(exec, &flags));
        Assert.Equal(2ul, flags);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGraphInstantiateWithParams(&exec, 0, &parameters));
        Assert.Equal(Emulator.Exports.CUgraphInstantiateResult.CUDA_GRAPH_INSTANTIATE_ERROR, parameters.result_out);
    }

    [Fact]
    public void Asking_for_nodes_fills_the_rest_of_the_list_with_zeros()
    {
        using var host = new DriverHost();
        nint* nodes = stackalloc nint[] { 7, 7, 7 };
        nuint count = 3;
        DriverHost.Ok(host.Api.cuGraphGetNodes(Captured(host, 2), nodes, &count));
        Assert.Equal((nuint)2, count);
        Assert.True(nodes[0] != 0 && nodes[1] != 0 && nodes[0] != 7);
        Assert.Equal(0, nodes[2]);
    }

    [Fact]
    public void An_update_with_another_topology_fails_and_says_so()
    {
        using var host = new DriverHost();
        nint exec;
        CUgraphExecUpdateResultInfo info;
        DriverHost.Ok(host.Api.cuGraphInstantiateWithFlags(&exec, Captured(host, 2), 0));
        Assert.Equal(CUDA_SUCCESS, host.Api.cuGraphExecUpdate_v2(exec, Captured(host, 2), &info));
        Assert.Equal(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, host.Api.cuGraphExecUpdate_v2(exec, Captured(host, 3), &info));
        Assert.Equal(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, info.result);
        CUgraphExecUpdateResult result;
        Assert.Equal(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, host.Api.cuGraphExecUpdate(exec, Captured(host, 1), null, &result));
        Assert.Equal(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, result);
    }

    [Fact]
    public void The_mode_of_a_thread_is_exchanged()
    {
        using var host = new DriverHost();
        CUstreamCaptureMode mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED;
        DriverHost.Ok(host.Api.cuThreadExchangeStreamCaptureMode(&mode));
        Assert.Equal(CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL, mode);
        DriverHost.Ok(host.Api.cuThreadExchangeStreamCaptureMode(&mode));
        Assert.Equal(CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED, mode);
        mode = (CUstreamCaptureMode)9;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuThreadExchangeStreamCaptureMode(&mode));
    }

    [Fact]
    public void A_graph_is_drawn()
    {
        using var host = new DriverHost();
        string path = Path.GetTempFileName();
        fixed (byte* bytes = System.Text.Encoding.UTF8.GetBytes(path + '\0'))
        {
            DriverHost.Ok(host.Api.cuGraphDebugDotPrint(Captured(host, 2), bytes, 0));
        }

        string text = File.ReadAllText(path);
        File.Delete(path);
        Assert.StartsWith("digraph", text, StringComparison.Ordinal);
        Assert.Contains("\"0\" -> \"1\"", text, StringComparison.Ordinal);
    }

    /// <summary>A graph of fills in a row.</summary>
    private static nint Captured(DriverHost host, int fills)
    {
        nint stream = host.Stream();
        ulong address = host.Allocate(16);
        nint graph;
        DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, ThreadLocal));
        for (int i = 0; i < fills; i++)
        {
            DriverHost.Ok(host.Api.cuMemsetD8Async(address, (byte)i, 16, stream));
        }

        DriverHost.Ok(host.Api.cuStreamEndCapture(stream, &graph));
        return graph;
    }
}
