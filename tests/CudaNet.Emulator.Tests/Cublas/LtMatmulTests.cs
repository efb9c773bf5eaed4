using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasComputeType_t;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatmulDescAttributes_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>cublasLt's products in both orders of storage, in batches, and with each epilogue, against plain loops.</summary>
public sealed unsafe class LtMatmulTests
{
    private const int M = 5;
    private const int N = 4;
    private const int K = 7;
    private const int Room = 3;
    private const int OrderAttribute = 1;
    private const int BatchAttribute = 5;
    private const int StrideAttribute = 6;
    private const int BiasStrideAttribute = 10;

    [Theory]
    [InlineData(false, false, false, false, 1, 1)]
    [InlineData(true, false, false, false, 1, 1)]
    [InlineData(false, true, false, true, 1, 4)]
    [InlineData(true, true, true, true, 1, 6)]
    [InlineData(false, false, true, false, 3, 2)]
    [InlineData(true, true, false, true, 3, 36)]
    [InlineData(false, false, false, false, 2, 32)]
    [InlineData(false, true, true, false, 2, 4)]
    public void A_product_in_any_order_batch_and_epilogue_is_that_of_plain_loops(bool rowsA, bool rowsB, bool rowsD, bool transposeA, int batch, int epilogue)
    {
        using BlasProgram program = new();
        Stored a = transposeA ? new(1, K, M, rowsA, batch) : new(1, M, K, rowsA, batch);
        Stored b = new(2, K, N, rowsB, batch), d = new(3, M, N, rowsD, batch);
        HostTensor bias = HostTensor.Random(4, ElementType.Float32, false, batch * (M + 1), 1, 1, 1);
        nint handle, operation;
        BlasProgram.Ok(program.Lt.cublasLtCreate(&handle));
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F));
        Set(program, operation, CUBLASLT_MATMUL_DESC_TRANSA, transposeA ? 1 : 0);
        Set(program, operation, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
        Set(program, operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, program.Device.Upload(bias.ToBytes()));
        Set(program, operation, (cublasLtMatmulDescAttributes_t)BiasStrideAttribute, (long)(M + 1));
        float alpha = 2, beta = 0.5f;
        ulong result = program.Device.Upload(d.Memory.ToBytes());
        nint layout = d.Layout(program);
        BlasProgram.Ok(program.Lt.cublasLtMatmul(
            handle, operation, &alpha, (void*)program.Device.Upload(a.Memory.ToBytes()), a.Layout(program), (void*)program.Device.Upload(b.Memory.ToBytes()), b.Layout(program),
            &beta, (void*)result, layout, (void*)result, layout, null, null, 0, program.Device.Stream));
        double[] expected = (double[])d.Memory.Values.Clone();
        for (int matrix = 0; matrix < batch; matrix++)
        {
            for (int i = 0; i < M * N; i++)
            {
                (int row, int column) = (i / N, i % N);
                double sum = Enumerable.Range(0, K).Sum(k => a[matrix, transposeA ? k : row, transposeA ? row : k] * b[matrix, k, column]);
                double value = (2 * sum) + (0.5 * d[matrix, row, column]) + ((epilogue & 4) != 0 ? bias.Values[(matrix * (M + 1)) + row] : 0);
                expected[d.Place(matrix, row, column)] = Activate(epilogue, value);
            }
        }

        Closeness.AssertClose(expected, d.Memory.Decode(program.Device.Download(result, d.Memory.Bytes)));
        Assert.Empty(program.Device.Machine.Findings);
    }

    [Fact]
    public void Factors_on_the_device_are_read_when_the_product_runs_and_never_on_the_host()
    {
        using BlasProgram program = new();
        nint handle, operation, layout;
        BlasProgram.Ok(program.Lt.cublasLtCreate(&handle));
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F));
        BlasProgram.Ok(program.Lt.cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, 1, 1, 1));
        ulong scalars = program.Device.Upload([.. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(0f)]);
        ulong a = program.Device.Upload(BitConverter.GetBytes(5f)), d = program.Device.Alloc(4);
        (nint lt, nint product, nint one) = (handle, operation, layout);
        Assert.Equal(7, (int)Run());
        Assert.Contains(program.Device.Machine.Findings, finding => finding.Kind == FindingKind.Argument);
        Set(program, operation, CUBLASLT_MATMUL_DESC_POINTER_MODE, 1);
        BlasProgram.Ok(Run());
        Assert.Equal(75f, BitConverter.ToSingle(program.Device.Download(d, 4)));

        cublasStatus_t Run() => program.Lt.cublasLtMatmul(
            lt, product, (void*)scalars, (void*)a, one, (void*)a, one, (void*)(scalars + 4), (void*)d, one, (void*)d, one, null, null, 0, program.Device.Stream);
    }

    [Theory]
    [InlineData((int)CUBLASLT_MATMUL_DESC_EPILOGUE, 3, 15)]
    [InlineData((int)CUBLASLT_MATMUL_DESC_TRANSA, 7, 7)]
    [InlineData((int)CUBLASLT_MATMUL_DESC_POINTER_MODE, 9, 7)]
    [InlineData((int)CUBLASLT_MATMUL_DESC_COMPUTE_TYPE, 80, 15)]
    [InlineData((int)CUBLASLT_MATMUL_DESC_SCALE_TYPE, 99, 15)]
    [InlineData((int)CUBLASLT_MATMUL_DESC_EPILOGUE, 4, 7)]
    public void What_setting_did_not_test_fails_when_an_algorithm_is_asked_for_and_when_it_runs(int attribute, int value, int status)
    {
        using BlasProgram program = new();
        nint handle, operation, layout, preference;
        BlasProgram.Ok(program.Lt.cublasLtCreate(&handle));
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F));
        BlasProgram.Ok(program.Lt.cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, 4, 4, 4));
        BlasProgram.Ok(program.Lt.cublasLtMatmulPreferenceCreate(&preference));
        Set(program, operation, (cublasLtMatmulDescAttributes_t)attribute, value);
        cublasLtMatmulHeuristicResult_t found;
        int count;
        float one = 1;
        ulong memory = program.Device.Alloc(64), other = program.Device.Alloc(64);
        Assert.Equal(status, (int)program.Lt.cublasLtMatmulAlgoGetHeuristic(handle, operation, layout, layout, layout, layout, preference, 1, &found, &count));
        Assert.Equal(status, (int)program.Lt.cublasLtMatmul(
            handle, operation, &one, (void*)memory, layout, (void*)memory, layout, &one, (void*)other, layout, (void*)other, layout, null, null, 0, program.Device.Stream));
    }

    private static double Activate(int epilogue, double value) => epilogue switch
    {
        2 or 6 => Math.Max(value, 0),
        32 or 36 => 0.5 * value * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + (0.044715 * Math.Pow(value, 3))))),
        _ => value,
    };

    private static void Set<T>(BlasProgram program, nint operation, cublasLtMatmulDescAttributes_t attribute, T value)
        where T : unmanaged => BlasProgram.Ok(program.Lt.cublasLtMatmulDescSetAttribute(operation, attribute, &value, (nuint)sizeof(T)));

    /// <summary>A batch of matrices as stored, by rows or by columns, with room between lines and between matrices.</summary>
    private sealed class Stored(int seed, int rows, int columns, bool byRows, int batch)
    {
        public HostTensor Memory { get; } = HostTensor.Random(seed, ElementType.Float32, false, batch * Stride(rows, columns), 1, 1, 1);

        public double this[int matrix, int row, int column] => Memory.Values[Place(matrix, row, column)];

        private int Leading => (byRows ? columns : rows) + Room;

        public int Place(int matrix, int row, int column) => (matrix * Stride(rows, columns)) + (byRows ? (row * Leading) + column : (column * Leading) + row);

        public nint Layout(BlasProgram program)
        {
            nint layout;
            BlasProgram.Ok(program.Lt.cublasLtMatrixLayoutCreate(&layout, CUDA_R_32F, (ulong)rows, (ulong)columns, Leading));
            var set = (delegate* unmanaged<nint, int, void*, nuint, cublasStatus_t>)program.Raw("cublasLtMatrixLayoutSetAttribute");
            (int order, int count, long stride) = (byRows ? 1 : 0, batch, Stride(rows, columns));
            BlasProgram.Ok(set(layout, OrderAttribute, &order, sizeof(int)));
            BlasProgram.Ok(set(layout, BatchAttribute, &count, sizeof(int)));
            BlasProgram.Ok(set(layout, StrideAttribute, &stride, sizeof(long)));
            return layout;
        }

        private static int Stride(int rows, int columns) => ((rows + Room) * (columns + Room)) + Room;
    }
}
