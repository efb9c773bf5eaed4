using CudaNet.Emulator.Cudnn;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    private const float NotTimed = -1;

    public static cudnnStatus_t cudnnGetConvolutionForwardAlgorithmMaxCount(nint handle, int* count)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionForwardAlgorithmMaxCount), handle);
        if ((call.Find(handle, out EmulatedCudnnHandle _) ?? RefuseNullOut(count)) is { } refused)
        {
            return call.Answer(refused);
        }

        *count = ConvolutionAlgorithms.MaxCount;
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(
        nint handle, nint srcDesc, nint filterDesc, nint convDesc, nint destDesc, int requestedAlgoCount, int* returnedAlgoCount, cudnnConvolutionFwdAlgoPerf_t* perfResults)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetConvolutionForwardAlgorithm_v7), handle);
        if (handle == 0 && CudnnCall.Generation >= 9)
        {
            return call.Answer(call.Refused ?? CudnnAnswer.Crash("handle == NULL"));
        }

        if ((ConvolutionCall.TryMake(call, handle, srcDesc, filterDesc, convDesc, destDesc, out ConvolutionCall convolution)
            ?? RefuseNullOut(returnedAlgoCount) ?? RefuseResults(requestedAlgoCount, perfResults)) is { } refused)
        {
            return call.Answer(refused);
        }

        *returnedAlgoCount = Fill(convolution, new(perfResults, requestedAlgoCount), long.MaxValue, timed: false);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnFindConvolutionForwardAlgorithm(
        nint handle, nint xDesc, nint wDesc, nint convDesc, nint yDesc, int requestedAlgoCount, int* returnedAlgoCount, cudnnConvolutionFwdAlgoPerf_t* perfResults)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnFindConvolutionForwardAlgorithm), handle);
        if ((ConvolutionCall.TryMake(call, handle, xDesc, wDesc, convDesc, yDesc, out ConvolutionCall convolution)
            ?? RefuseNullOut(returnedAlgoCount) ?? RefuseResults(requestedAlgoCount, perfResults)) is { } refused)
        {
            return call.Answer(refused);
        }

        CudnnAnswer waited = CudnnCall.FromDriver(convolution.Cudnn.Stream.Synchronize());
        *returnedAlgoCount = waited.IsSuccess ? Fill(convolution, new(perfResults, requestedAlgoCount), long.MaxValue, timed: true) : 0;
        return call.Answer(waited);
    }

    public static cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(
        nint handle, nint xDesc, void* x, nint wDesc, void* w, nint convDesc, nint yDesc, void* y, int requestedAlgoCount, int* returnedAlgoCount,
        cudnnConvolutionFwdAlgoPerf_t* perfResults, void* workSpace, nuint workSpaceSizeInBytes)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnFindConvolutionForwardAlgorithmEx), handle);
        if ((ConvolutionCall.TryMake(call, handle, xDesc, wDesc, convDesc, yDesc, out ConvolutionCall convolution)
            ?? RefuseNullOut(returnedAlgoCount) ?? RefuseResults(requestedAlgoCount, perfResults)) is { } refused)
        {
            return call.Answer(refused);
        }

        if (x == null || w == null || y == null)
        {
            return call.Answer(CudnnAnswer.BadParam("x, w or y == NULL"));
        }

        long room = workSpace == null ? 0 : (long)workSpaceSizeInBytes;
        ConvolutionProblem problem = convolution.Problem;
        ulong used = (ulong)ConvolutionAlgorithms.List(problem, convolution.Cudnn.Profile).Where(a => a.WorkspaceBytes <= room).Max(a => a.WorkspaceBytes);
        CudnnAnswer ran = CudnnCall.FromDriver(convolution.Cudnn.Stream.RunNow(new TrialOperation(
            new TensorOperand(problem.X, (ulong)x), new MemoryUse((ulong)w, (ulong)problem.W.SizeInBytes, MemoryAccess.Read), new TensorOperand(problem.Y, (ulong)y),
            used == 0 ? null : new MemoryUse((ulong)workSpace, used, MemoryAccess.Write))));
        *returnedAlgoCount = ran.IsSuccess ? Fill(convolution, new(perfResults, requestedAlgoCount), room, timed: true) : 0;
        return call.Answer(ran);
    }

    /// <summary>Writes the list; an algorithm that wants more workspace than there is stands at the end.</summary>
    /// <returns>How many entries were written.</returns>
    private static int Fill(ConvolutionCall convolution, Span<cudnnConvolutionFwdAlgoPerf_t> results, long workspace, bool timed)
    {
        IReadOnlyList<AlgorithmChoice> all = ConvolutionAlgorithms.List(convolution.Problem, convolution.Cudnn.Profile);
        AlgorithmChoice[] sorted = [.. all.Where(a => a.Runs && a.WorkspaceBytes <= workspace), .. all.Where(a => !a.Runs || a.WorkspaceBytes > workspace)];
        int count = Math.Min(sorted.Length, results.Length);
        for (int i = 0; i < count; i++)
        {
            AlgorithmChoice choice = sorted[i];
            bool fits = choice.WorkspaceBytes <= workspace;
            cudnnStatus_t status = !choice.Runs ? CUDNN_STATUS_NOT_SUPPORTED : fits ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_ALLOC_FAILED;
            results[i] = new cudnnConvolutionFwdAlgoPerf_t
            {
                algo = choice.Algorithm,
                status = CudnnStatuses.In(status, CudnnCall.Generation),
                time = timed && choice.Runs && fits ? 0.05f + (0.01f * i) : NotTimed,
                memory = (nuint)choice.WorkspaceBytes,
                determinism = cudnnDeterminism_t.CUDNN_DETERMINISTIC,
                mathType = choice.Math,
            };
        }

        return count;
    }

    private static CudnnAnswer? RefuseNullOut(int* pointer) => pointer == null ? CudnnAnswer.BadParam("an out pointer is NULL") : null;

    private static CudnnAnswer? RefuseResults(int requested, cudnnConvolutionFwdAlgoPerf_t* results) =>
        requested < 1 || results == null ? CudnnAnswer.BadParam("requestedAlgoCount < 1 or perfResults == NULL") : null;
}
