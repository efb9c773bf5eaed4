using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnMathType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>The convolutions' numbers against plain loops.</summary>
public sealed class ConvolutionTests
{

    [Theory]
    [InlineData(1, 1, 1, 1, 3, false)]
    [InlineData(1, 2, 1, 1, 3, false)]
    [InlineData(0, 2, 1, 1, 1, false)]
    [InlineData(3, 2, 1, 1, 7, false)]
    [InlineData(2, 1, 2, 1, 3, false)]
    [InlineData(1, 1, 1, 4, 3, false)]
    [InlineData(1, 1, 1, 1, 3, true)]
    [InlineData(1, 2, 1, 2, 3, true)]
    public void Float_with_exact_products_is_within_a_millionth(int pad, int stride, int dilation, int groups, int window, bool nhwc)
    {
        using LibraryProgram program = new();
        ConvolutionCase convolution = new() { Type = CUDNN_DATA_FLOAT, Pad = pad, Stride = stride, Dilation = dilation, Groups = groups, Filter = (12, window), Nhwc = nhwc };
        Closeness.AssertClose(convolution.Expected(), convolution.Run(program).Values);
        Assert.Empty(program.Machine.Findings);
    }

    [Fact]
    public void Default_math_rounds_float_operands_to_ten_bits_and_fma_math_does_not()
    {
        using LibraryProgram program = new();
        ConvolutionCase tensor = new() { Type = CUDNN_DATA_FLOAT, Math = CUDNN_DEFAULT_MATH };
        ConvolutionCase exact = new() { Type = CUDNN_DATA_FLOAT };
        (double[] values, byte[] bytes) = tensor.Run(program);
        Closeness.AssertClose(tensor.Expected(ToTensorFloat), values);
        Assert.NotEqual(exact.Run(program).Bytes, bytes);
    }

    [Fact]
    public void Before_compute_capability_8_default_math_is_exact()
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Turing] });
        ConvolutionCase convolution = new() { Type = CUDNN_DATA_FLOAT, Math = CUDNN_DEFAULT_MATH };
        Closeness.AssertClose(convolution.Expected(), convolution.Run(program).Values);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Half_and_bfloat16_are_the_rounded_exact_value(bool nhwc)
    {
        using LibraryProgram program = new();
        ConvolutionCase half = new() { Type = CUDNN_DATA_HALF, Nhwc = nhwc };
        Closeness.AssertClose(half.Expected(), half.Run(program).Values, Closeness.Call(StoragePrecision.Float16));
        ConvolutionCase brain = new() { Type = CUDNN_DATA_BFLOAT16, Nhwc = nhwc };
        Closeness.AssertClose(brain.Expected(), brain.Run(program).Values, Closeness.Call(StoragePrecision.BFloat16));
    }

    [Fact]
    public void Sums_in_half_differ_from_sums_in_float()
    {
        using LibraryProgram program = new();
        ConvolutionCase wide = new() { Type = CUDNN_DATA_HALF };
        ConvolutionCase narrow = new() { Type = CUDNN_DATA_HALF, Compute = CUDNN_DATA_HALF };
        (double[] values, byte[] bytes) = narrow.Run(program);
        Assert.NotEqual(wide.Run(program).Bytes, bytes);
        Closeness.AssertClose(narrow.Expected(), values, Closeness.HalfSums);
    }

    [Fact]
    public void Double_and_integers_are_exact()
    {
        using LibraryProgram program = new();
        ConvolutionCase wide = new() { Type = CUDNN_DATA_DOUBLE, Compute = CUDNN_DATA_DOUBLE };
        Closeness.AssertClose(wide.Expected(), wide.Run(program).Values, Closeness.Double);
        ConvolutionCase bytes = new() { Type = CUDNN_DATA_INT8, Compute = CUDNN_DATA_INT32, Nhwc = true };
        double[] expected = [.. bytes.Expected().Select(value => Math.Clamp(value, -128, 127))];
        Assert.Equal(expected, bytes.Run(program).Values);
    }

    [Theory]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_GEMM)]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_FFT)]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING)]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD)]
    [InlineData((int)CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED)]
    public void Every_algorithm_computes_the_same_convolution(int algorithm)
    {
        using LibraryProgram program = new();
        ConvolutionCase convolution = new() { Type = CUDNN_DATA_FLOAT, Algorithm = (cudnnConvolutionFwdAlgo_t)algorithm, Input = (1, 70, 11, 9) };
        Closeness.AssertClose(convolution.Expected(), convolution.Run(program).Values);
    }

    [Fact]
    public void An_image_has_the_same_bits_alone_and_in_a_batch()
    {
        using LibraryProgram program = new();
        ConvolutionCase alone = new() { Type = CUDNN_DATA_FLOAT, Input = (1, 40, 13, 13) };
        ConvolutionCase batch = new() { Type = CUDNN_DATA_FLOAT, Input = (3, 40, 13, 13) };
        byte[] one = alone.Run(program).Bytes;
        Assert.Equal(one, batch.Run(program).Bytes[..one.Length]);
    }

    [Fact]
    public void Bfloat16_needs_compute_capability_8()
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [EmulatedDeviceProfile.Turing] });
        Assert.Equal(3000, ConvolutionCalls.WorkspaceStatus(program, CUDNN_DATA_BFLOAT16, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM));
        Assert.Equal(0, ConvolutionCalls.WorkspaceStatus(program, CUDNN_DATA_HALF, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM));
    }

    private static double ToTensorFloat(double value)
    {
        uint bits = BitConverter.SingleToUInt32Bits((float)value);
        return BitConverter.UInt32BitsToSingle((bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFFu);
    }
}
