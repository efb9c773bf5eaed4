using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnStatus_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The arguments that all calls on convolutions share, looked up and tested.</summary>
internal readonly ref struct ConvolutionCall
{
    private ConvolutionCall(EmulatedCudnnHandle cudnn, ConvolutionProblem problem)
    {
        Cudnn = cudnn;
        Problem = problem;
    }

    public EmulatedCudnnHandle Cudnn { get; }

    public ConvolutionProblem Problem { get; }

    /// <summary>Null where the handle is good, the descriptors fit, and some algorithm runs here.</summary>
    public static CudnnAnswer? TryMake(CudnnCall call, nint handle, nint xDesc, nint wDesc, nint convDesc, nint yDesc, out ConvolutionCall made)
    {
        made = default;
        if ((call.Find(handle, out EmulatedCudnnHandle cudnn) ?? call.Find(xDesc, out EmulatedTensorDescriptor _) ?? call.Find(wDesc, out EmulatedFilterDescriptor _)
            ?? call.Find(convDesc, out EmulatedConvolutionDescriptor _) ?? call.Find(yDesc, out EmulatedTensorDescriptor _)) is { } refused)
        {
            return refused;
        }

        call.Find(xDesc, out EmulatedTensorDescriptor x);
        call.Find(wDesc, out EmulatedFilterDescriptor w);
        call.Find(convDesc, out EmulatedConvolutionDescriptor convolution);
        call.Find(yDesc, out EmulatedTensorDescriptor y);
        CudnnAnswer answer = ConvolutionProblem.TryCreate(x.Layout, w.Layout, convolution, y.Layout, out ConvolutionProblem? problem);
        if (!answer.IsSuccess)
        {
            return answer;
        }

        if (!cudnn.Profile.HasTensorCores)
        {
            problem!.ForgoTensorCores();
        }

        answer = ConvolutionAlgorithms.Check(problem!, cudnn.Profile);
        made = new ConvolutionCall(cudnn, problem!);
        return answer.IsSuccess ? null : answer;
    }

    /// <summary>Null where the algorithm runs this.</summary>
    public CudnnAnswer? RefuseAlgorithm(cudnnConvolutionFwdAlgo_t algorithm)
    {
        if (!ConvolutionAlgorithms.IsKnown(algorithm))
        {
            return CudnnAnswer.BadParam($"algo {(int)algorithm}");
        }

        return ConvolutionAlgorithms.Runs(Problem, algorithm, Problem.Math, Cudnn.Profile) ? null : CudnnAnswer.NotSupported($"{algorithm} for this convolution");
    }

    /// <summary>Null unless it is the algorithm that is ranked first and the profile lets that fail.</summary>
    public static CudnnAnswer? RefuseLeader(cudnnConvolutionFwdAlgo_t algorithm, bool fails) =>
        fails && algorithm == ConvolutionAlgorithms.Leader ? CudnnAnswer.NotSupported($"{algorithm} for this convolution, although it is listed") : null;

    /// <summary>Tests data and workspace, and queues the convolution.</summary>
    /// <param name="call">The call.</param>
    /// <param name="algorithm">Which one.</param>
    /// <param name="x">The input's address.</param>
    /// <param name="w">The filter's.</param>
    /// <param name="y">The result's.</param>
    /// <param name="workspace">The workspace's; may be 0 where none is needed.</param>
    /// <param name="workspaceBytes">Its size as the program says.</param>
    /// <param name="scaling">α and β.</param>
    /// <param name="fusion">What the fused call adds; null for the plain one.</param>
    public CudnnAnswer Enqueue(
        CudnnCall call, cudnnConvolutionFwdAlgo_t algorithm, ulong x, ulong w, ulong y, ulong workspace, ulong workspaceBytes, Scaling scaling, ConvolutionFusion? fusion)
    {
        if (x == 0 || w == 0 || y == 0)
        {
            return CudnnAnswer.BadParam("x, w or y == NULL");
        }

        if ((RefuseAlgorithm(algorithm) ?? RefuseLeader(algorithm, Cudnn.Profile.LeadingAlgorithmFails || Cudnn.Profile.LeadingWorkspaceFails)
            ?? TensorChecks.Overlap(new TensorOperand(Problem.X, x), new TensorOperand(Problem.Y, y), mayBeSame: false)) is { } refused)
        {
            return refused;
        }

        ulong needed = (ulong)ConvolutionAlgorithms.Workspace(Problem, algorithm, Problem.Math);
        if (workspaceBytes < needed || (needed > 0 && workspace == 0))
        {
            return CudnnAnswer.Refuse(
                CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, FindingKind.Workspace, $"{algorithm} with {Problem.Math} needs {needed} bytes of workspace and gets {(workspace == 0 ? 0 : workspaceBytes)}.");
        }

        CudnnAnswer kept = CudnnCall.FromDriver(Cudnn.KeepMemory(algorithm, call.Name));
        if (!kept.IsSuccess)
        {
            return kept;
        }

        WorkspaceClaim? claim = needed == 0 ? null : new WorkspaceClaim(call.Name, workspace, needed);
        CudnnAnswer queued = claim is null ? CudnnAnswer.Success : CudnnCall.Enqueue(Cudnn, claim);
        if (queued.IsSuccess)
        {
            Accumulation order = ConvolutionAlgorithms.Order(Problem, algorithm, Cudnn.Profile, workspaceBytes - needed);
            queued = CudnnCall.Enqueue(Cudnn, new ConvolutionOperation(
                Problem, algorithm, order, Problem.Rounding(Cudnn.Profile.Major), x, w, y, scaling, fusion, claim));
        }

        return queued.IsSuccess && scaling.Alpha == 0 ? CudnnAnswer.Accept("alpha of 0 (the upper half of a double, where a float is read?)") : queued;
    }

    /// <summary>Null where the fused call can do it: everything is there, and the activation is one it knows with this algorithm.</summary>
    public CudnnAnswer? RefuseFusion(cudnnConvolutionFwdAlgo_t algorithm, Activation? activation, TensorOperand z, TensorOperand bias, bool strict)
    {
        if (!Cudnn.Profile.HasFusedConvolution)
        {
            return CudnnAnswer.NotSupported("the fused convolution");
        }

        if (activation is not { } set || !z.Layout.IsSameAs(Problem.Y))
        {
            return CudnnAnswer.BadParam($"the activation is not set, or z is {z.Layout} for y {Problem.Y}");
        }

        cudnnDataType_t biasType = Problem.IsInt8 ? cudnnDataType_t.CUDNN_DATA_FLOAT : Problem.Y.Type;
        if (!bias.Layout.HasExtents(1, Problem.Filters, 1, 1) || bias.Layout.Type != biasType || !bias.Layout.IsNchw)
        {
            return CudnnAnswer.BadParam($"bias is {bias.Layout}");
        }

        if (set.Mode is not (cudnnActivationMode_t.CUDNN_ACTIVATION_RELU or cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY)
            || (set.Mode == cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY && algorithm != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM))
        {
            return CudnnAnswer.NotSupported($"{set.Mode} with {algorithm}");
        }

        return strict && set.NanOption == cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN ? CudnnAnswer.NotSupported("reluNanOpt == CUDNN_PROPAGATE_NAN") : null;
    }
}
