using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Which algorithm, math type and layout each convolution gets: chosen once for a layer and an image size, at batch 1, and used for every batch, because the
/// order of its sums goes with them. Of cuDNN's algorithms two are taken, the implicit products with and without precomputed indices, and never Winograd's,
/// whose rounding is worse. What cuDNN lists is tried before it is believed: it lists some that then fail. The first that runs is taken, or, with
/// <see cref="CudaOptions.Autotune"/>, the fastest.
/// </summary>
internal sealed class ConvolutionChoices(CudaOptions options, ChoiceCache cache)
{
    private readonly Dictionary<(Conv2d Op, int Height, int Width, FusedEpilogue? Fusion), ConvolutionChoice?> _choices = [];

    private ArithmeticPrecision Precision => options.Precision;

    /// <summary>Half types are not converted for a device that does not convolve NHWC: the layout kernels' other side is fp32.</summary>
    private bool TakesDetour => Precision.Storage() == StoragePrecision.Float32;

    /// <summary>The choice for a layer, made now where it was not made before. Under <see cref="CudaRuntime.Loading"/>.</summary>
    /// <param name="runtime">Where it is tried.</param>
    /// <param name="padded">The layer, with as many input channels as its stored input has.</param>
    /// <param name="op">The layer as it is, for N×C×H×W values, which have no channels more.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="node">For the message.</param>
    /// <exception cref="CudaNetException">Nothing runs it.</exception>
    public ConvolutionChoice Of(CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, LayerNode node) =>
        Find(runtime, padded, op, height, width, fusion: null) ?? throw Refusal(runtime, op, node);

    /// <summary>The choice for a layer's fused call on N×H×W×C values, made now where it was not made before; null where nothing runs it. Under <see cref="CudaRuntime.Loading"/>.</summary>
    /// <param name="runtime">Where it is tried.</param>
    /// <param name="padded">The layer, with as many input channels as its stored input has.</param>
    /// <param name="fusion">What follows its sums.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    public ConvolutionChoice? FusedOf(CudaRuntime runtime, Conv2d padded, FusedEpilogue fusion, int height, int width) => Find(runtime, padded, padded, height, width, fusion);

    private ConvolutionChoice? Find(CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, FusedEpilogue? fusion)
    {
        if (!_choices.TryGetValue((padded, height, width, fusion), out ConvolutionChoice? choice))
        {
            choice = options.Autotune ? Fastest(runtime, padded, op, height, width, fusion) : First(runtime, padded, op, height, width, fusion);
            _choices.Add((padded, height, width, fusion), choice);
        }

        return choice;
    }

    private ConvolutionChoice? First(CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, FusedEpilogue? fusion)
    {
        foreach ((ConvolutionTrial trial, ConvolutionChoice choice, long bytes) in Candidates(runtime, padded, op, height, width, fusion))
        {
            if (trial.Runs(choice, bytes))
            {
                return choice;
            }
        }

        return null;
    }

    private ConvolutionChoice? Fastest(CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, FusedEpilogue? fusion)
    {
        ChoiceCache.Section section = cache.Convolutions(runtime);
        string key = LayerKey.Of(padded, new TensorShape(1, padded.InChannels, height, width), fusion);
        if (section.Choice(key) is { } kept)
        {
            // Only what would be tried: a file may say anything.
            foreach ((_, ConvolutionChoice choice, _) in Candidates(runtime, padded, op, height, width, fusion))
            {
                if ($"{choice}" == kept)
                {
                    return choice;
                }
            }
        }

        (ConvolutionChoice? fastest, float least) = (null, float.PositiveInfinity);
        foreach ((ConvolutionTrial trial, ConvolutionChoice choice, long bytes) in Candidates(runtime, padded, op, height, width, fusion))
        {
            if (trial.MedianMs(choice, bytes) is { } median && median < least)
            {
                (fastest, least) = (choice, median);
            }
        }

        if (fastest is not null)
        {
            section.KeepChoice(key, $"{fastest}");
        }

        return fastest;
    }

    /// <summary>In both layouts, as far as the precision takes them; N×H×W×C first, and alone for fused calls, whose results stay where they are.</summary>
    private IEnumerable<(ConvolutionTrial Trial, ConvolutionChoice Choice, long WorkspaceBytes)> Candidates(
        CudaRuntime runtime, Conv2d padded, Conv2d op, int height, int width, FusedEpilogue? fusion)
    {
        foreach (cudnnTensorFormat_t format in (cudnnTensorFormat_t[])(TakesDetour && fusion is null ? [CUDNN_TENSOR_NHWC, CUDNN_TENSOR_NCHW] : [CUDNN_TENSOR_NHWC]))
        {
            using ConvolutionTrial trial = new(runtime, format == CUDNN_TENSOR_NHWC ? padded : op, height, width, format, Precision, fusion);
            foreach ((ConvolutionChoice choice, long bytes) in Candidates(trial, format))
            {
                yield return (trial, choice, bytes);
            }
        }
    }

    /// <summary>
    /// What to try within the limit, with its workspace, in order: the faster algorithm first, the precision's own math first; what is not listed last, as a
    /// ranking may leave things out.
    /// </summary>
    private IEnumerable<(ConvolutionChoice Choice, long WorkspaceBytes)> Candidates(ConvolutionTrial trial, cudnnTensorFormat_t format)
    {
        cudnnConvolutionFwdAlgo_t[] algorithms = [CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM];
        bool isStrict = Precision == ArithmeticPrecision.Float32;
        IEnumerable<(cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t Math)> listed = trial.Ranked()
            .Where(r => r.CanRun && algorithms.Contains(r.Algorithm) && r.MathType != cudnnMathType_t.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION)
            .Select(r => (r.Algorithm, isStrict ? cudnnMathType_t.CUDNN_FMA_MATH : r.MathType))
            .OrderBy(r => Array.IndexOf(algorithms, r.Algorithm))
            .ThenBy(r => r.Item2 == cudnnMathType_t.CUDNN_FMA_MATH ? 1 : 0);
        foreach ((cudnnConvolutionFwdAlgo_t algorithm, cudnnMathType_t math) in listed.Concat(algorithms.Select(a => (a, Precision.MathType()))).Distinct())
        {
            ConvolutionChoice choice = new(format, algorithm, math);
            if (trial.WorkspaceBytes(choice) is { } bytes && bytes <= options.WorkspaceLimitBytes)
            {
                yield return (choice, bytes);
            }
        }
    }

    private CudaNetException Refusal(CudaRuntime runtime, Conv2d op, LayerNode node) =>
        new($"layer '{node}': cuDNN runs no {Precision.ShortName()} convolution {op.Describe()} on {runtime.Context.Device.Name} with at most {options.WorkspaceLimitBytes:n0} bytes of workspace")
        {
            Layer = node.Name,
            Hint = Precision.Storage() == StoragePrecision.Float32
                ? "A newer cuDNN may; `cudanet doctor` shows which one was found."
                : $"{nameof(ArithmeticPrecision.Float32)} needs less of the device: half types want channels last.",
        };
}
