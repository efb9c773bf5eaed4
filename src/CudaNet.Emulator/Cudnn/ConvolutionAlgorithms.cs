using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>One row of an algorithm list.</summary>
internal readonly record struct AlgorithmChoice(cudnnConvolutionFwdAlgo_t Algorithm, cudnnMathType_t Math, bool Runs, long WorkspaceBytes);

/// <summary>
/// Which algorithm computes which convolution, with how much workspace and in which order of summation. All compute by windows and products: the
/// transforms of FFT and Winograd, with their own rounding, are not reproduced.
/// </summary>
internal static class ConvolutionAlgorithms
{
    /// <summary>What cudnnGetConvolutionForwardAlgorithmMaxCount answers: the eight algorithms, and two of them once more with the other math.</summary>
    public const int MaxCount = 10;

    /// <summary>What a ranking begins with wherever it runs.</summary>
    public const cudnnConvolutionFwdAlgo_t Leader = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;

    /// <summary>From the one expected fastest; those with tensor cores first.</summary>
    private static readonly cudnnConvolutionFwdAlgo_t[] Preferred =
    [
        Leader, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
        CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING, CUDNN_CONVOLUTION_FWD_ALGO_FFT,
        CUDNN_CONVOLUTION_FWD_ALGO_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_DIRECT,
    ];

    /// <summary>Terms in a chunk of other orders: few, so that short sums differ too.</summary>
    private static readonly int[] ChunksOfVariants = [8, 5, 7, 6];

    public static bool IsKnown(cudnnConvolutionFwdAlgo_t algorithm) =>
        algorithm is >= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM and <= CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED;

    /// <summary>Whether any algorithm may run this here: types and layouts.</summary>
    public static CudnnAnswer Check(ConvolutionProblem problem, EmulatedDeviceProfile profile)
    {
        if (problem.X.Type == CUDNN_DATA_BFLOAT16 && profile.Major < 8)
        {
            return CudnnAnswer.NotSupported("bfloat16 needs compute capability 8.0");
        }

        bool nhwc = IsOnlyNhwc(problem.X) || IsOnlyNhwc(problem.Y) || problem.IsNhwcFilter;
        if (nhwc && !profile.HasChannelsLast)
        {
            return CudnnAnswer.NotSupported("tensors in NHWC order");
        }

        if (problem.IsNhwcFilter ? !problem.X.IsNhwc || !problem.Y.IsNhwc : IsOnlyNhwc(problem.X) != IsOnlyNhwc(problem.Y) || IsOnlyNhwc(problem.X))
        {
            return CudnnAnswer.NotSupported($"layouts that differ: x {problem.X}, w {problem.W}, y {problem.Y}");
        }

        if (problem.W.Format == cudnnTensorFormat_t.CUDNN_TENSOR_NCHW_VECT_C)
        {
            return CudnnAnswer.NotSupported("vectors of channels");
        }

        return problem.IsInt8 && (!problem.IsNhwcFilter || problem.X.Extents[1] % 4 != 0 || problem.Filters % 4 != 0)
            ? CudnnAnswer.NotSupported("8-bit integers in other than NHWC order with multiples of 4 channels")
            : CudnnAnswer.Success;
    }

    /// <summary>Whether this algorithm runs it, given that <see cref="Check"/> passed.</summary>
    public static bool Runs(ConvolutionProblem problem, cudnnConvolutionFwdAlgo_t algorithm, cudnnMathType_t math, EmulatedDeviceProfile profile)
    {
        if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)
        {
            return true;
        }

        if (profile.OnlyFirstAlgorithm || (profile.NoWorkspace && Workspace(problem, algorithm, math) > 0))
        {
            return false;
        }

        if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM)
        {
            return true;
        }

        bool plain = !problem.IsNhwcFilter && problem.X.IsNchw && problem.Y.IsNchw && problem.X.Type is CUDNN_DATA_FLOAT or CUDNN_DATA_HALF
            && problem.ComputeType == CUDNN_DATA_FLOAT && problem.Groups == 1;
        bool unitSteps = problem is { StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 };
        return algorithm switch
        {
            CUDNN_CONVOLUTION_FWD_ALGO_GEMM => !problem.IsNhwcFilter && !problem.IsInt8 && problem.Groups == 1
                && problem is { DilationHeight: 1, DilationWidth: 1 } && problem.X.Type != CUDNN_DATA_BFLOAT16,
            CUDNN_CONVOLUTION_FWD_ALGO_FFT => plain && unitSteps && problem.PaddedHeight <= 256 && problem.PaddedWidth <= 256
                && problem.FilterHeight > problem.PadHeight && problem.FilterWidth > problem.PadWidth
                && problem.FilterHeight < problem.X.Extents[2] && problem.FilterWidth < problem.X.Extents[3],
            CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING => plain && unitSteps && problem.FilterHeight <= 32 && problem.FilterWidth <= 32
                && problem.FilterHeight > problem.PadHeight && problem.FilterWidth > problem.PadWidth,
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD => plain && unitSteps && problem is { FilterHeight: 3, FilterWidth: 3 },
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED => plain && unitSteps
                && problem is { FilterHeight: 3, FilterWidth: 3 } or { FilterHeight: 5, FilterWidth: 5 },
            _ => false,
        };
    }

    /// <summary>Bytes of workspace: none for the first algorithm, for the others by algorithm, type and math.</summary>
    public static long Workspace(ConvolutionProblem problem, cudnnConvolutionFwdAlgo_t algorithm, cudnnMathType_t math)
    {
        long element = CudnnTypes.SizeOf(problem.X.Type);
        long batch = problem.X.Extents[0];
        long channels = problem.X.Extents[1];
        long pixels = (long)problem.Y.Extents[2] * problem.Y.Extents[3];
        long planes = (batch * channels) + (channels * problem.Filters) + (batch * problem.Filters);
        long tiles = batch * ((pixels + 3) / 4);
        long bytes = algorithm switch
        {
            CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM => (8L * problem.Depth) + (4 * pixels),
            CUDNN_CONVOLUTION_FWD_ALGO_GEMM => problem.Depth * pixels * element,
            CUDNN_CONVOLUTION_FWD_ALGO_FFT => 8 * planes * problem.PaddedHeight * ((problem.PaddedWidth / 2) + 1),
            CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING => 8L * 32 * 17 * planes,
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD => 16L * channels * problem.Filters * element,
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED => 36L * ((channels * problem.Filters) + (tiles * (channels + problem.Filters))) * element,
            _ => 0,
        };
        if (bytes == 0)
        {
            return 0;
        }

        bytes += math != CUDNN_FMA_MATH && HasTensorCores(algorithm) ? problem.W.SizeInBytes : 0;
        return ((bytes + 255) / 256 * 256) + (256 * (int)algorithm);
    }

    /// <summary>All algorithms, those that run first, each group from the one expected fastest.</summary>
    public static IReadOnlyList<AlgorithmChoice> List(ConvolutionProblem problem, EmulatedDeviceProfile profile)
    {
        List<AlgorithmChoice> runs = [];
        List<AlgorithmChoice> fails = [];
        foreach (cudnnConvolutionFwdAlgo_t algorithm in Preferred)
        {
            foreach (cudnnMathType_t math in MathsOf(problem, algorithm, profile))
            {
                bool runsHere = Runs(problem, algorithm, math, profile);
                (runsHere ? runs : fails).Add(new AlgorithmChoice(algorithm, math, runsHere, runsHere ? Workspace(problem, algorithm, math) : 0));
            }
        }

        return [.. runs, .. fails];
    }

    /// <summary>The order of summation: it differs by algorithm, as their last bits do on hardware; by the batch and the workspace too where the profile says so.</summary>
    /// <param name="problem">What is computed.</param>
    /// <param name="algorithm">By which algorithm.</param>
    /// <param name="profile">Of the device.</param>
    /// <param name="spareBytes">Workspace given beyond what is needed.</param>
    public static Accumulation Order(ConvolutionProblem problem, cudnnConvolutionFwdAlgo_t algorithm, EmulatedDeviceProfile profile, ulong spareBytes)
    {
        Accumulation order = problem.ComputeType == CUDNN_DATA_HALF ? Accumulation.Half : new Accumulation(algorithm switch
        {
            CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM => 128,
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD => 192,
            CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED => 96,
            CUDNN_CONVOLUTION_FWD_ALGO_FFT or CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING => 64,
            _ => 256,
        });
        int batch = problem.X.Extents[0];
        int variant = (!profile.SumsByBatch || batch < 4 ? 0 : batch < 16 ? 1 : 2) + (!profile.SumsByWorkspace || spareBytes == 0 ? 0 : spareBytes < 1 << 20 ? 1 : 2);
        return variant == 0 ? order : order with { Chunk = ChunksOfVariants[variant - 1] };
    }

    private static bool HasTensorCores(cudnnConvolutionFwdAlgo_t algorithm) =>
        algorithm is CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM or CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED;

    private static bool IsOnlyNhwc(TensorLayout layout) => layout.IsNhwc && !layout.IsNchw;

    private static ReadOnlySpan<cudnnMathType_t> MathsOf(ConvolutionProblem problem, cudnnConvolutionFwdAlgo_t algorithm, EmulatedDeviceProfile profile)
    {
        if (problem.Math == CUDNN_FMA_MATH || !HasTensorCores(algorithm) || problem.SumsInDouble)
        {
            return new[] { problem.Math == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION ? CUDNN_DEFAULT_MATH : problem.Math };
        }

        cudnnMathType_t tensor = problem.Math == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION && problem.X.Type == CUDNN_DATA_FLOAT
            ? CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION : CUDNN_TENSOR_OP_MATH;
        return problem.X.Type == CUDNN_DATA_FLOAT && tensor == CUDNN_TENSOR_OP_MATH && profile.Major < 8
            ? new[] { CUDNN_FMA_MATH }
            : new[] { tensor, CUDNN_FMA_MATH };
    }
}
