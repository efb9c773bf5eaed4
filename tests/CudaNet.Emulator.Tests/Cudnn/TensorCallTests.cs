using CudaNet.Emulator.Arithmetic;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Pooling, activation, softmax, addition and transformation against plain loops.</summary>
public sealed unsafe class TensorCallTests
{
    private static readonly HostTensor Input = HostTensor.Random(5, ElementType.Float32, false, 2, 3, 7, 6);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pooling_takes_the_window_without_its_padding(int mode)
    {
        using LibraryProgram program = new();
        nint made;
        LibraryProgram.Ok(program.Cudnn.cudnnCreatePoolingDescriptor(&made));
        nint pooling = made;
        LibraryProgram.Ok(program.Cudnn.cudnnSetPooling2dDescriptor(pooling, (cudnnPoolingMode_t)mode, 0, 3, 3, 1, 1, 2, 2));
        double[] actual = Run(program, [2, 3, 4, 3], (alpha, beta, x, y, xDesc, yDesc) =>
            program.Cudnn.cudnnPoolingForward(program.Handle, pooling, (void*)alpha, xDesc, (void*)x, (void*)beta, yDesc, (void*)y));
        Closeness.AssertClose(Pool(mode), actual);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void Softmax_sums_over_the_image_or_over_the_channels(int algorithm, int mode)
    {
        using LibraryProgram program = new();
        double[] actual = Run(program, [2, 3, 7, 6], (alpha, beta, x, y, xDesc, yDesc) => program.Cudnn.cudnnSoftmaxForward(
            program.Handle, (cudnnSoftmaxAlgorithm_t)algorithm, (cudnnSoftmaxMode_t)mode, (void*)alpha, xDesc, (void*)x, (void*)beta, yDesc, (void*)y));
        double[] expected = new double[actual.Length];
        for (int i = 0; i < expected.Length; i++)
        {
            int image = i / 126 * 126;
            IEnumerable<int> group = mode == 0 ? Enumerable.Range(image, 126) : Enumerable.Range(0, 3).Select(c => image + (c * 42) + (i % 42));
            double share = Math.Exp(Input.Values[i]) / group.Sum(j => Math.Exp(Input.Values[j]));
            expected[i] = algorithm == 2 ? Math.Log(share) : share;
        }

        Closeness.AssertClose(expected, actual);
    }

    [Fact]
    public void Relu_clears_what_is_negative_and_identity_is_a_bad_parameter()
    {
        using LibraryProgram program = new();
        double[] actual = Run(program, [2, 3, 7, 6], (alpha, beta, x, y, xDesc, yDesc) => program.Cudnn.cudnnActivationForward(
            program.Handle, program.Activation(cudnnActivationMode_t.CUDNN_ACTIVATION_RELU), (void*)alpha, xDesc, (void*)x, (void*)beta, yDesc, (void*)y));
        Assert.Equal(Input.Values.Select(value => Math.Max(value, 0)), actual);
        float one = 1;
        nint tensor = program.Tensor(CUDNN_DATA_FLOAT, false, 1, 1, 1, 1);
        ulong memory = program.Alloc(4);
        Assert.Equal(2000, (int)program.Cudnn.cudnnActivationForward(
            program.Handle, program.Activation(cudnnActivationMode_t.CUDNN_ACTIVATION_IDENTITY), &one, tensor, (void*)memory, &one, tensor, (void*)memory));
    }

    [Fact]
    public void Adding_repeats_the_bias_and_transforming_changes_order_and_type()
    {
        using LibraryProgram program = new();
        HostTensor bias = HostTensor.Random(6, ElementType.Float32, false, 1, 3, 1, 1);
        (ulong a, ulong c) = (program.Upload(bias.ToBytes()), program.Upload(Input.ToBytes()));
        nint dense = program.Tensor(CUDNN_DATA_FLOAT, false, 2, 3, 7, 6);
        float one = 1, zero = 0;
        LibraryProgram.Ok(program.Cudnn.cudnnAddTensor(program.Handle, &one, program.Tensor(CUDNN_DATA_FLOAT, false, 1, 3, 1, 1), (void*)a, &one, dense, (void*)c));
        HostTensor sum = new(ElementType.Float32, false, [.. Input.Values.Select((value, i) => value + bias.Values[i / 42 % 3])], 2, 3, 7, 6);
        Assert.Equal(sum.Values, sum.Decode(program.Download(c, sum.Bytes)));
        HostTensor half = new(ElementType.Float16, true, sum.Values, 2, 3, 7, 6);
        ulong y = program.Alloc(half.Bytes);
        LibraryProgram.Ok(program.Cudnn.cudnnTransformTensor(program.Handle, &one, dense, (void*)c, &zero, program.Tensor(CUDNN_DATA_HALF, true, 2, 3, 7, 6), (void*)y));
        Assert.Equal(half.ToBytes(), program.Download(y, half.Bytes));
    }

    private static double[] Run(LibraryProgram program, int[] extents, Func<nint, nint, ulong, ulong, nint, nint, cudnnStatus_t> call)
    {
        HostTensor result = new(ElementType.Float32, false, new double[extents.Aggregate(1, (a, b) => a * b)], extents);
        (ulong x, ulong y) = (program.Upload(Input.ToBytes()), program.Alloc(result.Bytes));
        float one = 1, zero = 0;
        LibraryProgram.Ok(call((nint)(&one), (nint)(&zero), x, y, program.Tensor(CUDNN_DATA_FLOAT, false, Input.Extents), program.Tensor(CUDNN_DATA_FLOAT, false, extents)));
        return result.Decode(program.Download(y, result.Bytes));
    }

    private static double[] Pool(int mode)
    {
        List<double> expected = [];
        for (int i = 0; i < 2 * 3 * 4 * 3; i++)
        {
            (int n, int c, int p, int q) = (i / 36, i / 12 % 3, i / 3 % 4, i % 3);
            List<double> window = [];
            for (int t = 0; t < 9; t++)
            {
                (int h, int w) = ((p * 2) - 1 + (t / 3), (q * 2) - 1 + (t % 3));
                if (h is >= 0 and < 7 && w is >= 0 and < 6)
                {
                    window.Add(Input[n, c, h, w]);
                }
            }

            expected.Add(mode switch { 1 => window.Sum() / 9, 2 => window.Average(), _ => window.Max() });
        }

        return [.. expected];
    }
}
