using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>How cuDNN computes a layer at an image size, whatever the batch.</summary>
internal sealed record ConvolutionChoice(cudnnTensorFormat_t Format, cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t MathType)
{
    public bool IsNhwc => Format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;

    /// <summary>cuDNN's own name of the algorithm.</summary>
    public string AlgorithmText => Algorithm.ToString()["CUDNN_CONVOLUTION_FWD_ALGO_".Length..];

    public string FormatText => IsNhwc ? "nhwc" : "nchw";

    public string MathText => MathType.ToString()["CUDNN_".Length..];

    /// <summary>Such as <c>nhwc IMPLICIT_GEMM FMA_MATH</c>.</summary>
    public override string ToString() => $"{FormatText} {AlgorithmText} {MathText}";
}
