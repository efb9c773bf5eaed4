using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>One convolution: its tensors, its run on the emulated library, and the same by plain loops in double precision.</summary>
internal sealed unsafe class ConvolutionCase
{
    public required cudnnDataType_t Type { get; init; }

    public cudnnDataType_t Compute { get; init; } = CUDNN_DATA_FLOAT;

    public cudnnMathType_t Math { get; init; } = cudnnMathType_t.CUDNN_FMA_MATH;

    public bool Nhwc { get; init; }

    public int Groups { get; init; } = 1;

    public int Pad { get; init; } = 1;

    public int Stride { get; init; } = 1;

    public int Dilation { get; init; } = 1;

    public (int N, int C, int H, int W) Input { get; init; } = (2, 8, 11, 9);

    /// <summary>How many images of the same random sequence come before the input's.</summary>
    public int FirstImage { get; init; }

    public (int K, int R) Filter { get; init; } = (12, 3);

    public cudnnConvolutionFwdAlgo_t Algorithm { get; init; } = cudnnConvolutionFwdAlgo_t.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;

    public ElementType Element => Type switch
    {
        CUDNN_DATA_HALF => ElementType.Float16,
        CUDNN_DATA_BFLOAT16 => ElementType.BFloat16,
        CUDNN_DATA_DOUBLE => ElementType.Float64,
        CUDNN_DATA_INT8 => ElementType.Int8,
        _ => ElementType.Float32,
    };

    public HostTensor X => new(
        Element, Nhwc, HostTensor.Random(1, Element, Nhwc, FirstImage + Input.N, Input.C, Input.H, Input.W).Values[(FirstImage * Input.C * Input.H * Input.W)..], Input.N, Input.C, Input.H, Input.W);

    public HostTensor W => HostTensor.Random(2, Element, Nhwc, Filter.K, Input.C / Groups, Filter.R, Filter.R);

    public int OutHeight => ((Input.H + (2 * Pad) - (Dilation * (Filter.R - 1)) - 1) / Stride) + 1;

    public int OutWidth => ((Input.W + (2 * Pad) - (Dilation * (Filter.R - 1)) - 1) / Stride) + 1;

    /// <summary>y as the emulated library computes it, its memory poisoned before.</summary>
    public (double[] Values, byte[] Bytes) Run(LibraryProgram program)
    {
        HostTensor result = new(Element, Nhwc, new double[Input.N * Filter.K * OutHeight * OutWidth], Input.N, Filter.K, OutHeight, OutWidth);
        nint xDesc = program.Tensor(Type, Nhwc, Input.N, Input.C, Input.H, Input.W);
        nint wDesc = program.Filter(Type, Nhwc, Filter.K, Input.C / Groups, Filter.R, Filter.R);
        nint yDesc = program.Tensor(Type, Nhwc, Input.N, Filter.K, OutHeight, OutWidth);
        nint convolution = program.Convolution(Pad, Stride, Dilation, Groups, Math, Compute);
        nuint bytes;
        LibraryProgram.Ok(program.Cudnn.cudnnGetConvolutionForwardWorkspaceSize(program.Handle, xDesc, wDesc, convolution, yDesc, Algorithm, &bytes));
        ulong workspace = bytes == 0 ? 0 : program.Alloc((long)bytes);
        (ulong x, ulong w, ulong y) = (program.Upload(X.ToBytes()), program.Upload(W.ToBytes()), program.Alloc(result.Bytes));
        double* doubles = stackalloc double[] { 1, 0 };
        float* floats = stackalloc float[] { 1, 0 };
        void* alpha = Type == CUDNN_DATA_DOUBLE ? doubles : floats;
        void* beta = Type == CUDNN_DATA_DOUBLE ? doubles + 1 : floats + 1;
        LibraryProgram.Ok(program.Cudnn.cudnnConvolutionForward(
            program.Handle, alpha, xDesc, (void*)x, wDesc, (void*)w, convolution, Algorithm, (void*)workspace, bytes, beta, yDesc, (void*)y));
        byte[] stored = program.Download(y, result.Bytes);
        return (result.Decode(stored), stored);
    }

    /// <summary>The same by plain loops over operands rounded as the math type says.</summary>
    public double[] Expected(Func<double, double>? round = null)
    {
        round ??= value => value;
        (HostTensor x, HostTensor w) = (X, W);
        (int channels, int filters) = (Input.C / Groups, Filter.K / Groups);
        double[] y = new double[Input.N * Filter.K * OutHeight * OutWidth];
        int at = 0;
        for (int n = 0; n < Input.N; n++)
        {
            for (int k = 0; k < Filter.K; k++)
            {
                for (int p = 0; p < OutHeight; p++)
                {
                    for (int q = 0; q < OutWidth; q++, at++)
                    {
                        for (int c = 0; c < channels; c++)
                        {
                            for (int t = 0; t < Filter.R * Filter.R; t++)
                            {
                                (int r, int s) = (t / Filter.R, t % Filter.R);
                                (int h, int v) = ((p * Stride) - Pad + (r * Dilation), (q * Stride) - Pad + (s * Dilation));
                                if (h >= 0 && h < Input.H && v >= 0 && v < Input.W)
                                {
                                    y[at] += round(x[n, (k / filters * channels) + c, h, v]) * round(w[k, c, r, s]);
                                }
                            }
                        }
                    }
                }
            }
        }

        return y;
    }
}
