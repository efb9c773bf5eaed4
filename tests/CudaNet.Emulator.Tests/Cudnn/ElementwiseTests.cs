using CudaNet.Emulator.Arithmetic;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Batch normalisation, operations on two tensors, setting and scaling, against plain loops.</summary>
public sealed unsafe class ElementwiseTests
{
    private const int N = 2;
    private const int C = 3;
    private const int H = 5;
    private const int W = 4;
    private const int Pixels = H * W;
    private const double Epsilon = 1e-3;

    [Theory]
    [InlineData(CUDNN_DATA_FLOAT, false, 1)]
    [InlineData(CUDNN_DATA_FLOAT, true, 1)]
    [InlineData(CUDNN_DATA_FLOAT, false, 0)]
    [InlineData(CUDNN_DATA_FLOAT, true, 0)]
    [InlineData(CUDNN_DATA_HALF, true, 2)]
    [InlineData(CUDNN_DATA_DOUBLE, false, 1)]
    internal void Batch_normalisation_takes_the_variance_and_parameters_in_float(cudnnDataType_t type, bool nhwc, int mode)
    {
        using LibraryProgram program = new();
        ElementType element = Element(type), ofParameters = type == CUDNN_DATA_DOUBLE ? ElementType.Float64 : ElementType.Float32;
        int[] extents = mode == 0 ? [1, C, H, W] : [1, C, 1, 1];
        HostTensor x = HostTensor.Random(1, element, nhwc, N, C, H, W), y = HostTensor.Random(2, element, nhwc, N, C, H, W);
        HostTensor[] parameters = [.. Enumerable.Range(3, 4).Select(seed => HostTensor.Random(seed, ofParameters, false, extents))];
        HostTensor variance = new(ofParameters, false, [.. parameters[3].Values.Select(value => Math.Abs(value) + 0.1)], extents);
        nint xDesc = program.Tensor(type, nhwc, N, C, H, W), derived = program.Fresh("Tensor");
        LibraryProgram.Ok(((delegate* unmanaged<nint, nint, int, cudnnStatus_t>)program.Raw("cudnnDeriveBNTensorDescriptor"))(derived, xDesc, mode));
        ulong result = program.Upload(y.ToBytes());
        double* doubles = stackalloc double[] { 2, 0.5 };
        float* floats = stackalloc float[] { 2, 0.5f };
        bool wide = type == CUDNN_DATA_DOUBLE;
        var call = (delegate* unmanaged<nint, int, void*, void*, nint, ulong, nint, ulong, nint, ulong, ulong, ulong, ulong, double, cudnnStatus_t>)program.Raw("cudnnBatchNormalizationForwardInference");
        LibraryProgram.Ok(call(
            program.Handle, mode, wide ? doubles : floats, wide ? doubles + 1 : floats + 1, xDesc, program.Upload(x.ToBytes()), xDesc, result, derived,
            program.Upload(parameters[0].ToBytes()), program.Upload(parameters[1].ToBytes()), program.Upload(parameters[2].ToBytes()), program.Upload(variance.ToBytes()), Epsilon));
        double[] expected = [.. x.Values.Select((value, i) =>
        {
            int p = mode == 0 ? i % (C * Pixels) : i / Pixels % C;
            double normal = (value - parameters[2].Values[p]) / Math.Sqrt(Epsilon + variance.Values[p]);
            return (2 * ((parameters[0].Values[p] * normal) + parameters[1].Values[p])) + (0.5 * y.Values[i]);
        })];
        Closeness.AssertClose(expected, y.Decode(program.Download(result, y.Bytes)), wide ? Closeness.Double : Closeness.Call(type == CUDNN_DATA_HALF ? StoragePrecision.Float16 : StoragePrecision.Float32));
        Assert.Empty(program.Machine.Findings);
    }

    [Fact]
    public void Batch_normalisation_refuses_parameters_of_another_form()
    {
        using LibraryProgram program = new();
        ulong memory = program.Upload(new byte[N * C * Pixels * 4]), other = program.Alloc(N * C * Pixels * 4);
        nint x = program.Tensor(CUDNN_DATA_HALF, true, N, C, H, W);
        float one = 1, zero = 0;
        var call = (delegate* unmanaged<nint, int, void*, void*, nint, ulong, nint, ulong, nint, ulong, ulong, ulong, ulong, double, cudnnStatus_t>)program.Raw("cudnnBatchNormalizationForwardInference");
        foreach (nint parameters in (nint[])[program.Tensor(CUDNN_DATA_HALF, false, 1, C, 1, 1), program.Tensor(CUDNN_DATA_FLOAT, false, 1, C, H, W), program.Tensor(CUDNN_DATA_FLOAT, false, 1, C + 1, 1, 1)])
        {
            Assert.Equal(2000, (int)call(program.Handle, 1, &one, &zero, x, memory, x, other, parameters, memory, memory, memory, memory, Epsilon));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void An_operation_combines_two_tensors_and_repeats_the_second(int operation)
    {
        using LibraryProgram program = new();
        HostTensor a = HostTensor.Random(1, ElementType.Float32, true, N, C, H, W), b = HostTensor.Random(2, ElementType.Float32, false, 1, C, 1, W), c = HostTensor.Random(3, ElementType.Float32, false, N, C, H, W);
        HostTensor positive = new(ElementType.Float32, true, [.. a.Values.Select(Math.Abs)], a.Extents);
        ulong result = program.Upload(c.ToBytes());
        float two = 2, three = 3, half = 0.5f;
        LibraryProgram.Ok(Combine(
            program, operation, 1, &two, program.Tensor(CUDNN_DATA_FLOAT, true, N, C, H, W), program.Upload(positive.ToBytes()),
            &three, program.Tensor(CUDNN_DATA_FLOAT, false, 1, C, 1, W), program.Upload(b.ToBytes()), &half, program.Tensor(CUDNN_DATA_FLOAT, false, N, C, H, W), result));
        double[] expected = [.. c.Values.Select((old, i) =>
        {
            (double left, double right) = (2 * positive.Values[i], 3 * b.Values[(i / Pixels % C * W) + (i % W)]);
            return (0.5 * old) + operation switch
            {
                0 => left + right,
                1 => left * right,
                2 => Math.Min(left, right),
                3 => Math.Max(left, right),
                4 => Math.Sqrt(left),
                _ => 1 - left,
            };
        })];
        Closeness.AssertClose(expected, c.Decode(program.Download(result, c.Bytes)));
        Assert.Empty(program.Machine.Findings);
    }

    [Theory]
    [InlineData(0, 1f)]
    [InlineData(1, float.NaN)]
    public void The_larger_of_a_number_and_none_follows_the_option(int nanOption, float expected)
    {
        using LibraryProgram program = new();
        nint one = program.Tensor(CUDNN_DATA_FLOAT, false, 1, 1, 1, 1);
        ulong a = program.Upload(BitConverter.GetBytes(float.NaN)), b = program.Upload(BitConverter.GetBytes(1f)), c = program.Alloc(4);
        float unit = 1, zero = 0;
        LibraryProgram.Ok(Combine(program, 3, nanOption, &unit, one, a, &unit, one, b, &zero, one, c));
        Assert.Equal(expected, BitConverter.ToSingle(program.Download(c, 4)));
    }

    [Fact]
    public void A_tensor_is_set_to_a_value_of_its_type_and_scaled_by_a_float_and_what_lies_between_stays()
    {
        using LibraryProgram program = new();
        HostTensor memory = HostTensor.Random(1, ElementType.Float16, false, 1, 1, 1, 24);
        ulong y = program.Upload(memory.ToBytes());
        nint rows = program.Fresh("Tensor");
        LibraryProgram.Ok(program.Cudnn.cudnnSetTensor4dDescriptorEx(rows, CUDNN_DATA_HALF, 1, 1, 3, 5, 24, 24, 8, 1));
        Half value = (Half)1.5;
        float factor = 3;
        LibraryProgram.Ok(((delegate* unmanaged<nint, nint, ulong, void*, cudnnStatus_t>)program.Raw("cudnnSetTensor"))(program.Handle, rows, y, &value));
        LibraryProgram.Ok(((delegate* unmanaged<nint, nint, ulong, void*, cudnnStatus_t>)program.Raw("cudnnScaleTensor"))(program.Handle, rows, y, &factor));
        Assert.Equal(memory.Values.Select((old, i) => i % 8 < 5 ? 4.5 : old), memory.Decode(program.Download(y, memory.Bytes)));
    }

    [Fact]
    public void A_factor_on_the_device_is_found_and_not_read()
    {
        using LibraryProgram program = new();
        nint one = program.Tensor(CUDNN_DATA_FLOAT, false, 1, 1, 1, 1);
        ulong memory = program.Upload(new byte[16]), other = program.Upload(new byte[16]);
        float unit = 1;
        void* device = (void*)other;
        var set = (delegate* unmanaged<nint, nint, ulong, void*, cudnnStatus_t>)program.Raw("cudnnSetTensor");
        var scale = (delegate* unmanaged<nint, nint, ulong, void*, cudnnStatus_t>)program.Raw("cudnnScaleTensor");
        cudnnStatus_t[] answers =
        [
            set(program.Handle, one, memory, device), scale(program.Handle, one, memory, device),
            Combine(program, 0, 0, device, one, memory, &unit, one, memory, &unit, one, other), Combine(program, 0, 0, &unit, one, memory, device, one, memory, &unit, one, other),
            program.Cudnn.cudnnAddTensor(program.Handle, device, one, (void*)memory, &unit, one, (void*)other),
        ];
        Assert.All(answers, answer => Assert.Equal(2000, (int)answer));
        Assert.Equal(answers.Length, program.Machine.Findings.Count(finding => finding.Kind == FindingKind.Argument));
    }

    [Fact]
    public void Without_beta_what_is_written_is_not_read()
    {
        using LibraryProgram program = new();
        HostTensor x = HostTensor.Random(1, ElementType.Float32, false, N, C, H, W);
        ulong y = program.Alloc(x.Bytes);
        nint tensor = program.Tensor(CUDNN_DATA_FLOAT, false, N, C, H, W);
        float one = 1, zero = 0;
        LibraryProgram.Ok(program.Cudnn.cudnnTransformTensor(program.Handle, &one, tensor, (void*)program.Upload(x.ToBytes()), &zero, tensor, (void*)y));
        Assert.Equal(x.Values, x.Decode(program.Download(y, x.Bytes)));
    }

    private static cudnnStatus_t Combine(
        LibraryProgram program, int operation, int nanOption, void* alpha1, nint aDesc, ulong a, void* alpha2, nint bDesc, ulong b, void* beta, nint cDesc, ulong c)
    {
        nint op = program.Fresh("OpTensor");
        LibraryProgram.Ok(((delegate* unmanaged<nint, int, cudnnDataType_t, int, cudnnStatus_t>)program.Raw("cudnnSetOpTensorDescriptor"))(op, operation, CUDNN_DATA_FLOAT, nanOption));
        return ((delegate* unmanaged<nint, nint, void*, nint, ulong, void*, nint, ulong, void*, nint, ulong, cudnnStatus_t>)program.Raw("cudnnOpTensor"))(
            program.Handle, op, alpha1, aDesc, a, alpha2, bDesc, b, beta, cDesc, c);
    }

    private static ElementType Element(cudnnDataType_t type) => type switch
    {
        CUDNN_DATA_HALF => ElementType.Float16,
        CUDNN_DATA_DOUBLE => ElementType.Float64,
        _ => ElementType.Float32,
    };
}
