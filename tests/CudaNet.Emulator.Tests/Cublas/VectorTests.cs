using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>Products with vectors and sums of vectors against plain loops, steps in both directions.</summary>
public sealed unsafe class VectorTests
{
    private const int Rows = 7;
    private const int Columns = 5;
    private const int Leading = 9;

    [Theory]
    [InlineData(0, 1, 1, false)]
    [InlineData(0, 2, -3, false)]
    [InlineData(1, -1, 2, false)]
    [InlineData(2, 1, 1, true)]
    public void Sgemv_multiplies_a_matrix_with_a_vector(int operation, int stepX, int stepY, bool scalarsOnDevice)
    {
        using BlasProgram program = new();
        (int outputs, int inputs) = operation == 0 ? (Rows, Columns) : (Columns, Rows);
        HostTensor a = Numbers(1, Leading * Columns), x = Numbers(2, Span(inputs, stepX)), y = Numbers(3, Span(outputs, stepY));
        ulong result = program.Device.Upload(y.ToBytes());
        float* scalars = stackalloc float[] { 2, 0.5f };
        if (scalarsOnDevice)
        {
            BlasProgram.Ok(program.Blas.cublasSetPointerMode_v2(program.Handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
            scalars = (float*)program.Device.Upload([.. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(0.5f)]);
        }

        BlasProgram.Ok(Gemv(program, (cublasOperation_t)operation, scalars, program.Device.Upload(a.ToBytes()), program.Device.Upload(x.ToBytes()), stepX, scalars + 1, result, stepY));
        double[] expected = (double[])y.Values.Clone();
        for (int i = 0; i < outputs; i++)
        {
            double sum = 0;
            for (int j = 0; j < inputs; j++)
            {
                sum += a.Values[operation == 0 ? (j * Leading) + i : (i * Leading) + j] * x.Values[Place(j, inputs, stepX)];
            }

            ref double value = ref expected[Place(i, outputs, stepY)];
            value = (2 * sum) + (0.5 * value);
        }

        Assert.Equal(expected, y.Decode(program.Device.Download(result, y.Bytes)));
        Assert.Empty(program.Device.Machine.Findings);
    }

    [Theory]
    [InlineData(1, int.MinValue, 4)]
    [InlineData(3, int.MinValue, ((2L << 31) + 1) * 4)]
    [InlineData(int.MaxValue, int.MaxValue, long.MaxValue)]
    public void No_step_is_too_long_to_tell_the_bytes_of_a_vector(int count, int step, long bytes) =>
        Assert.Equal((ulong)bytes, new CudaNet.Emulator.Cublas.VectorOperand(0, count, step).Bytes);

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(-2, 3, false)]
    [InlineData(1, -1, true)]
    public void Saxpy_adds_a_multiple_of_a_vector(int stepX, int stepY, bool scalarOnDevice)
    {
        using BlasProgram program = new();
        HostTensor x = Numbers(1, Span(Rows, stepX)), y = Numbers(2, Span(Rows, stepY));
        ulong result = program.Device.Upload(y.ToBytes());
        float three = 3;
        float* alpha = &three;
        if (scalarOnDevice)
        {
            BlasProgram.Ok(program.Blas.cublasSetPointerMode_v2(program.Handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_DEVICE));
            alpha = (float*)program.Device.Upload(BitConverter.GetBytes(three));
        }

        BlasProgram.Ok(Axpy(program, alpha, program.Device.Upload(x.ToBytes()), stepX, result, stepY));
        double[] expected = (double[])y.Values.Clone();
        for (int i = 0; i < Rows; i++)
        {
            expected[Place(i, Rows, stepY)] += 3 * x.Values[Place(i, Rows, stepX)];
        }

        Assert.Equal(expected, y.Decode(program.Device.Download(result, y.Bytes)));
    }

    [Fact]
    public void A_factor_on_the_device_where_the_host_is_read_is_found_and_not_read()
    {
        using BlasProgram program = new();
        ulong memory = program.Device.Upload(new byte[256]);
        float one = 1;
        Assert.Equal(7, (int)Gemv(program, 0, (float*)memory, memory, memory, 1, &one, memory, 1));
        Assert.Equal(7, (int)Gemv(program, 0, &one, memory, memory, 1, (float*)memory, memory, 1));
        Assert.Equal(7, (int)Axpy(program, (float*)memory, memory, 1, memory, 1));
        Assert.Equal(3, program.Device.Machine.Findings.Count(finding => finding.Kind == FindingKind.Argument));
    }

    private static cublasStatus_t Gemv(
        BlasProgram program, cublasOperation_t operation, float* alpha, ulong a, ulong x, int stepX, float* beta, ulong y, int stepY) =>
        ((delegate* unmanaged<nint, cublasOperation_t, int, int, float*, ulong, int, ulong, int, float*, ulong, int, cublasStatus_t>)program.Raw("cublasSgemv_v2"))(
            program.Handle, operation, Rows, Columns, alpha, a, Leading, x, stepX, beta, y, stepY);

    private static cublasStatus_t Axpy(BlasProgram program, float* alpha, ulong x, int stepX, ulong y, int stepY) =>
        ((delegate* unmanaged<nint, int, float*, ulong, int, ulong, int, cublasStatus_t>)program.Raw("cublasSaxpy_v2"))(program.Handle, Rows, alpha, x, stepX, y, stepY);

    private static int Span(int count, int step) => ((count - 1) * Math.Abs(step)) + 1;

    /// <summary>With a negative step the first element is the last in memory.</summary>
    private static int Place(int i, int count, int step) => step > 0 ? i * step : (count - 1 - i) * -step;

    private static HostTensor Numbers(int seed, int count)
    {
        Random random = new(seed);
        return new HostTensor(ElementType.Float32, false, [.. Enumerable.Range(0, count).Select(_ => (double)random.Next(-3, 4))], count, 1, 1, 1);
    }
}
