using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>An algorithm as cuDNN ranked it.</summary>
/// <param name="Algorithm">Which.</param>
/// <param name="MathType">The math type it was ranked with; it goes with the algorithm wherever that is used.</param>
/// <param name="Status">Whether it can run.</param>
/// <param name="WorkspaceBytes">What it said to need.</param>
/// <param name="TimeMs">Measured time; −1 where it was not measured.</param>
internal readonly record struct ConvolutionAlgorithm(cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t MathType, cudnnStatus_t Status, ulong WorkspaceBytes, float TimeMs)
{
    public bool CanRun => Status == cudnnStatus_t.CUDNN_STATUS_SUCCESS;

    public static ConvolutionAlgorithm From(in cudnnConvolutionFwdAlgoPerf_t ranked) => new(ranked.algo, ranked.mathType, ranked.status, ranked.memory, ranked.time);
}
