using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>The fused call: what it runs depends on types, layouts, algorithm and device, and is known only by trying.</content>
internal sealed partial class ConvolutionChoices
{
    private readonly Dictionary<(Conv2d Op, int Height, int Width, FusedEpilogue Fusion), ConvolutionChoice?> _fused = [];

    /// <summary>The choice for a layer's fused call on N×H×W×C values, made now where it was not made before; null where nothing runs it. Under <see cref="CudaRuntime.Loading"/>.</summary>
    /// <param name="runtime">Where it is tried.</param>
    /// <param name="padded">The layer, with as many input channels as its stored input has.</param>
    /// <param name="fusion">What follows its sums.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    public ConvolutionChoice? FusedOf(CudaRuntime runtime, Conv2d padded, FusedEpilogue fusion, int height, int width)
    {
        if (!_fused.TryGetValue((padded, height, width, fusion), out ConvolutionChoice? choice))
        {
            choice = ChooseFused(runtime, padded, fusion, height, width);
            _fused.Add((padded, height, width, fusion), choice);
        }

        return choice;
    }

    private ConvolutionChoice? ChooseFused(CudaRuntime runtime, Conv2d op, FusedEpilogue fusion, int height, int width)
    {
        const cudnnTensorFormat_t Format = cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;
        using ConvolutionDescriptors descriptors = new(runtime.Context, op, new TensorShape(1, op.InChannels, height, width), Format, precision);
        using FusionDescriptors behind = new(runtime.Context, fusion, op.OutChannels, precision);
        foreach ((cudnnConvolutionFwdAlgo_t algorithm, cudnnMathType_t math) in Candidates(runtime.Cudnn.RankAlgorithms(descriptors.Convolution)))
        {
            descriptors.Convolution.Attributes.SetMathType(math);
            if (runtime.Cudnn.WorkspaceBytes(descriptors.Convolution, algorithm) is { } bytes && bytes <= (ulong)workspaceLimitBytes && RunsFused(runtime, descriptors, behind, algorithm, (long)bytes))
            {
                return new ConvolutionChoice(Format, algorithm, math);
            }
        }

        return null;
    }

    /// <summary>Runs it once, on zeros.</summary>
    private bool RunsFused(CudaRuntime runtime, ConvolutionDescriptors descriptors, FusionDescriptors behind, cudnnConvolutionFwdAlgo_t algorithm, long workspaceBytes)
    {
        int element = precision.Storage().Bytes();
        long output = descriptors.Output.ElementCount * element;
        using ZeroedOperands operands = new(
            runtime, descriptors.Input.ElementCount * element, descriptors.Filters.ElementCount * element, output, output, (long)descriptors.Output.Channels * element, workspaceBytes);
        bool adds = behind.Fusion.AddsResidual;
        try
        {
            bool runs = runtime.Cudnn.TryConvolutionBiasActivation(
                descriptors.Convolution, algorithm, operands[0], operands[1], workspaceBytes == 0 ? default : operands[5], workspaceBytes,
                adds ? 1 : 0, adds ? operands[3] : operands[2], behind.Bias, operands[4], behind.Activation, operands[2]);
            runtime.Stream.Synchronize();
            return runs;
        }
        catch
        {
            runtime.Stream.Quiesce();
            throw;
        }
    }
}
