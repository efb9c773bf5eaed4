using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli.SelfTest;

/// <summary>cuBLAS's and cublasLt's multiplications, as fully connected layers: y[N,O] = x[N,I] · Wᵀ.</summary>
internal static class ProductChecks
{
    private const float Alpha = 0.5f;
    private const float Beta = 2;
    private const int Matrices = 3;

    public static IEnumerable<Check> All() => [.. Of(1, 512, 1000), .. Of(8, 64, 40), .. Of(3, 33, 5)];

    private static IEnumerable<Check> Of(int batch, int inputs, int outputs)
    {
        string shape = $"{batch}×{inputs} → {outputs}";
        yield return new Check("cuBLAS Sgemm", ArithmeticPrecision.Float32.ShortName(), shape, device => Sgemm(device, batch, inputs, outputs));
        foreach (ArithmeticPrecision precision in Enum.GetValues<ArithmeticPrecision>())
        {
            yield return new Check("cuBLAS GemmEx", precision.ShortName(), shape, device => GemmEx(device, batch, inputs, outputs, precision));
            yield return new Check("cuBLAS GemmStridedBatchedEx", precision.ShortName(), $"{Matrices} × {shape}", device => StridedBatched(device, batch, inputs, outputs, precision));
            yield return new Check("cublasLt matmul", precision.ShortName(), shape, device => Matmul(device, batch, inputs, outputs, precision, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT));
            yield return new Check("cublasLt matmul + bias", precision.ShortName(), shape, device => Matmul(device, batch, inputs, outputs, precision, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS));
            yield return new Check("cublasLt matmul + bias + ReLU", precision.ShortName(), shape, device => Matmul(device, batch, inputs, outputs, precision, cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU_BIAS));
        }
    }

    private static Outcome Sgemm(TestDevice device, int batch, int inputs, int outputs)
    {
        Operands values = new(device, batch, inputs, outputs, 1, ArithmeticPrecision.Float32);
        SetMath(device, ArithmeticPrecision.Float32);
        device.Run(() => device.Cublas.Sgemm(Gemm.FullyConnected(batch, inputs, outputs), Alpha, values.W.Address, values.X.Address, Beta, values.Y.Address));
        return values.Judge(values.Product(0));
    }

    private static Outcome GemmEx(TestDevice device, int batch, int inputs, int outputs, ArithmeticPrecision precision)
    {
        Operands values = new(device, batch, inputs, outputs, 1, precision);
        SetMath(device, precision);
        device.Run(() => device.Cublas.GemmEx(
            Gemm.FullyConnected(batch, inputs, outputs), precision.CudaType(), precision.ComputeType(), Alpha, values.W.Address, values.X.Address, Beta, values.Y.Address));
        return values.Judge(values.Product(0));
    }

    private static Outcome StridedBatched(TestDevice device, int batch, int inputs, int outputs, ArithmeticPrecision precision)
    {
        Operands values = new(device, batch, inputs, outputs, Matrices, precision);
        SetMath(device, precision);
        device.Run(() => device.Cublas.GemmStridedBatchedEx(
            Gemm.FullyConnected(batch, inputs, outputs), (outputs * inputs, batch * inputs, batch * outputs), Matrices, precision.CudaType(), precision.ComputeType(),
            Alpha, values.W.Address, values.X.Address, Beta, values.Y.Address));
        return values.Judge([.. Enumerable.Range(0, Matrices).SelectMany(values.Product)]);
    }

    private static Outcome Matmul(TestDevice device, int batch, int inputs, int outputs, ArithmeticPrecision precision, cublasLtEpilogue_t epilogue)
    {
        const long MostWorkspaceBytes = 4 << 20;
        Operands values = new(device, batch, inputs, outputs, 1, precision);
        bool hasBias = epilogue != cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT;
        float[] constants = StoredValues.Uniform(4, outputs, precision.Storage());
        DeviceAddress bias = hasBias ? device.Upload(constants, precision.Storage()).Address : default;
        MatmulPlan plan = device.Own(new MatmulPlan(
            device.CublasLt, Gemm.FullyConnected(batch, inputs, outputs), precision.CudaType(), precision.ComputeType(), epilogue, bias, MostWorkspaceBytes));
        DeviceMemory? workspace = device.Workspace((ulong)plan.WorkspaceBytes);
        device.Run(() => plan.Run(
            device.Stream, Alpha, values.W.Address, values.X.Address, Beta, values.Y.Address, values.Y.Address, workspace?.Address ?? default));
        double[] expected = values.Product(0);
        for (int i = 0; i < expected.Length && hasBias; i++)
        {
            expected[i] += constants[i % outputs];
            expected[i] = epilogue == cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU_BIAS ? Math.Max(0, expected[i]) : expected[i];
        }

        return values.Judge(expected);
    }

    /// <summary>Where fp32 is asked for, nothing else multiplies.</summary>
    private static void SetMath(TestDevice device, ArithmeticPrecision precision) =>
        device.Cublas.SetMathMode(precision == ArithmeticPrecision.Float32 ? cublasMath_t.CUBLAS_PEDANTIC_MATH : cublasMath_t.CUBLAS_DEFAULT_MATH);

    /// <summary>Matrices on both sides: x (N, I), W (O, I), y (N, O) as it is before, each so many times.</summary>
    private sealed class Operands
    {
        private readonly TestDevice _device;
        private readonly ArithmeticPrecision _precision;
        private readonly int _inputs, _count;
        private readonly float[] _x, _w, _y;

        public Operands(TestDevice device, int batch, int inputs, int outputs, int count, ArithmeticPrecision precision)
        {
            (_device, _precision, _inputs, _count) = (device, precision, inputs, count);
            StoragePrecision storage = precision.Storage();
            _x = StoredValues.Uniform(1, count * batch * inputs, storage);
            _w = StoredValues.Uniform(2, count * outputs * inputs, storage);
            _y = StoredValues.Uniform(3, count * batch * outputs, storage);
            (X, W, Y) = (device.Upload(_x, storage), device.Upload(_w, storage), device.Upload(_y, storage));
        }

        public DeviceMemory X { get; }

        public DeviceMemory W { get; }

        public DeviceMemory Y { get; }

        /// <summary>Of the matrices with this number.</summary>
        public double[] Product(int number)
        {
            ReadOnlySpan<float> Part(float[] all) => all.AsSpan(number * (all.Length / _count), all.Length / _count);
            return Rows.Product(Part(_x), Part(_w), _inputs, Alpha, Beta, Part(_y));
        }

        public Outcome Judge(double[] expected) => Bound.Library(_precision).Judge(expected, _device.Read(Y, _precision.Storage()));
    }
}
