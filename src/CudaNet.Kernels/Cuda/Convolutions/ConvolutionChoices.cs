using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Which algorithm, math type and layout each convolution gets: chosen once for a layer and an image size, at batch 1, and used for every batch, because the
/// order of its sums goes with them. Of cuDNN's algorithms two are taken, the implicit products with and without precomputed indices, and never Winograd's,
/// whose rounding is worse. What cuDNN lists is tried before it is believed: it lists some that then fail.
/// </summary>
internal sealed partial class ConvolutionChoices(ArithmeticPrecision precision, long workspaceLimitBytes)
{
    private readonly Dictionary<(Conv2d Op, int Height, int Width), ConvolutionChoice> _choices = [];

    /// <summary>The choice for a layer, made now where it was not made before. Under <see cref="CudaRuntime.Loading"/>.</summary>
    /// <param name="runtime">Where it is tried.</param>
    /// <param name="padded">The layer, with as many input channels as its stored input has.</param>
    /// <param name="op">The layer as it is, for N×C×H×W values, which have no channels more.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="node">For the message.</param>
    /// <exception cref="CudaNetException">Nothing runs it.</exception>
    public ConvolutionChoice Of(CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, LayerNode node)
    {
        if (!_choices.TryGetValue((padded, height, width), out ConvolutionChoice? choice))
        {
            choice = Choose(runtime, padded, height, width, CUDNN_TENSOR_NHWC) ?? (TakesDetour ? Choose(runtime, op, height, width, CUDNN_TENSOR_NCHW) : null) ?? throw Refusal(runtime, op, node);
            _choices.Add((padded, height, width), choice);
        }

        return choice;
    }

    /// <summary>Half types are not converted for a device that does not convolve NHWC: the layout kernels' other side is fp32.</summary>
    private bool TakesDetour => precision.Storage() == StoragePrecision.Float32;

    private ConvolutionChoice? Choose(CudaRuntime runtime, Conv2d op, int height, int width, cudnnTensorFormat_t format)
    {
        TensorShape input = new(1, op.InChannels, height, width);
        using ConvolutionDescriptors descriptors = new(runtime.Context, op, input, format, precision);
        foreach ((cudnnConvolutionFwdAlgo_t algorithm, cudnnMathType_t math) in Candidates(runtime.Cudnn.RankAlgorithms(descriptors.Convolution)))
        {
            // What is listed is an algorithm with a math type, and its workspace depends on that.
            descriptors.Convolution.Attributes.SetMathType(math);
            if (runtime.Cudnn.WorkspaceBytes(descriptors.Convolution, algorithm) is { } bytes && bytes <= (ulong)workspaceLimitBytes && Runs(runtime, descriptors, algorithm, (long)bytes))
            {
                return new ConvolutionChoice(format, algorithm, math);
            }
        }

        return null;
    }

    /// <summary>What to try, in order: the faster algorithm first, the precision's own math first; what is not listed last, as a ranking may leave things out.</summary>
    private IEnumerable<(cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t Math)> Candidates(ConvolutionAlgorithm[] ranked)
    {
        cudnnConvolutionFwdAlgo_t[] algorithms = [CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM];
        bool isStrict = precision == ArithmeticPrecision.Float32;
        IEnumerable<(cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t Math)> listed = ranked
            .Where(r => r.CanRun && algorithms.Contains(r.Algorithm) && r.MathType != cudnnMathType_t.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION)
            .Select(r => (r.Algorithm, isStrict ? cudnnMathType_t.CUDNN_FMA_MATH : r.MathType))
            .OrderBy(r => Array.IndexOf(algorithms, r.Algorithm))
            .ThenBy(r => r.Item2 == cudnnMathType_t.CUDNN_FMA_MATH ? 1 : 0);
        return listed.Concat(algorithms.Select(a => (a, precision.MathType()))).Distinct();
    }

    /// <summary>Runs it once, on zeros.</summary>
    private bool Runs(CudaRuntime runtime, ConvolutionDescriptors descriptors, cudnnConvolutionFwdAlgo_t algorithm, long workspaceBytes)
    {
        const int Alignment = 256;
        int element = precision.Storage().Bytes();
        long Aligned(long bytes) => checked(bytes + Alignment - 1) / Alignment * Alignment;
        (long x, long w, long y) = (Aligned(descriptors.Input.ElementCount * element), Aligned(descriptors.Filters.ElementCount * element), Aligned(descriptors.Output.ElementCount * element));
        using DeviceMemory memory = new(runtime.Context, x + w + y + workspaceBytes);
        try
        {
            runtime.Stream.Fill((byte)0, memory);
            bool runs = runtime.Cudnn.TryConvolutionForward(
                descriptors.Convolution, algorithm, memory.Address, memory.Address + x, workspaceBytes == 0 ? default : memory.Address + (x + w + y), workspaceBytes, memory.Address + (x + w));
            runtime.Stream.Synchronize();
            return runs;
        }
        catch
        {
            runtime.Stream.Quiesce();
            throw;
        }
    }

    private CudaNetException Refusal(CudaRuntime runtime, Conv2d op, LayerNode node) =>
        new($"layer '{node}': cuDNN runs no {precision.ShortName()} convolution {op.Describe()} on {runtime.Context.Device.Name} with at most {workspaceLimitBytes:n0} bytes of workspace")
        {
            Layer = node.Name,
            Hint = precision.Storage() == StoragePrecision.Float32
                ? "A newer cuDNN may; `cudanet doctor` shows which one was found."
                : $"{nameof(ArithmeticPrecision.Float32)} needs less of the device: half types want channels last.",
        };
}
