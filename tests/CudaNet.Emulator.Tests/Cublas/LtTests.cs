using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatmulDescAttributes_t;
using static CudaNet.Kernels.Cuda.Native.cublasLtMatmulPreferenceAttributes_t;
using static CudaNet.Kernels.Cuda.Native.cudaDataType;

namespace CudaNet.Emulator.Tests.Cublas;

/// <summary>cublasLt: descriptors that test only sizes, heuristics, and the fully connected layer with its bias.</summary>
public sealed unsafe class LtTests
{
    private const int Outputs = 10;
    private const int Inputs = 33;
    private const int Batch = 3;

    [Theory]
    [InlineData(3, 4, 0)]
    [InlineData(3, 8, 7)]
    [InlineData(7, 4, 0)]
    [InlineData(8, 8, 0)]
    [InlineData(8, 4, 7)]
    [InlineData(9, 4, 7)]
    [InlineData(25, 1, 0)]
    [InlineData(25, 4, 7)]
    [InlineData(27, 4, 7)]
    [InlineData(38, 8, 0)]
    public void An_attribute_takes_its_exact_size_and_any_value(int attribute, int bytes, int status)
    {
        using BlasProgram program = new();
        nint descriptor;
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&descriptor, (cublasComputeType_t)80, (cudaDataType)99));
        long value = 7;
        Assert.Equal(status, (int)program.Lt.cublasLtMatmulDescSetAttribute(descriptor, (cublasLtMatmulDescAttributes_t)attribute, &value, (nuint)bytes));
        Assert.Equal(7, (int)program.Lt.cublasLtMatmulDescSetAttribute(descriptor, (cublasLtMatmulDescAttributes_t)attribute, null, (nuint)bytes));
    }

    [Fact]
    public void Generation_12_has_the_attributes_that_13_withdrew()
    {
        using BlasProgram program = new(new EmulatorOptions { CublasMajor = 12 });
        nint descriptor;
        BlasProgram.Ok(program.Lt.cublasLtMatmulDescCreate(&descriptor, cublasComputeType_t.CUBLAS_COMPUTE_32F, CUDA_R_32F));
        long value = 0;
        Assert.Equal(0, (int)program.Lt.cublasLtMatmulDescSetAttribute(descriptor, (cublasLtMatmulDescAttributes_t)27, &value, 4));
        Assert.Equal(7, (int)program.Lt.cublasLtMatmulDescSetAttribute(descriptor, (cublasLtMatmulDescAttributes_t)38, &value, 8));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_fully_connected_layer_adds_its_bias_and_rectifies(int epilogue)
    {
        using BlasProgram program = new();
        (double[] expected, double[] actual, _) = Layer(program, epilogue, workspace: 1 << 20, given: 1 << 20);
        Closeness.AssertClose(expected, actual);
        Assert.Empty(program.Device.Machine.Findings);
    }

    [Fact]
    public void Without_a_workspace_the_heuristic_finds_what_needs_none_and_less_than_asked_for_is_refused()
    {
        using BlasProgram program = new();
        (double[] expected, double[] actual, cublasStatus_t none) = Layer(program, 1, workspace: 0, given: 0);
        BlasProgram.Ok(none);
        Closeness.AssertClose(expected, actual);
        Assert.Equal(7, (int)Layer(program, 1, workspace: 1 << 20, given: 16).Status);
        Assert.Contains(program.Device.Machine.Findings, finding => finding.Kind == FindingKind.Workspace);
    }

    /// <summary>y[Batch][Outputs] = x·Wᵀ + b, as cublasLt's columns see it: yᵀ = op(W)·xᵀ.</summary>
    private static (double[] Expected, double[] Actual, cublasStatus_t Status) Layer(BlasProgram program, int epilogue, long workspace, long given)
    {
        (HostTensor w, HostTensor x, HostTensor b) = (BlasProgram.Matrix(1, ElementType.Float32, Inputs, Outputs), BlasProgram.Matrix(2, ElementType.Float32, Inputs, Batch), BlasProgram.Matrix(3, ElementType.Float32, Outputs, 1));
        HostTensor y = BlasProgram.Matrix(4, ElementType.Float32, Outputs, Batch);
        CublasLtApi lt = program.Lt;
        nint handle, descriptor, wLayout, xLayout, yLayout, preference;
        BlasProgram.Ok(lt.cublasLtCreate(&handle));
        BlasProgram.Ok(lt.cublasLtMatmulDescCreate(&descriptor, cublasComputeType_t.CUBLAS_COMPUTE_32F, CUDA_R_32F));
        int transpose = 1;
        ulong bias = program.Device.Upload(b.ToBytes());
        BlasProgram.Ok(lt.cublasLtMatmulDescSetAttribute(descriptor, CUBLASLT_MATMUL_DESC_TRANSA, &transpose, 4));
        BlasProgram.Ok(lt.cublasLtMatmulDescSetAttribute(descriptor, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, 4));
        BlasProgram.Ok(lt.cublasLtMatmulDescSetAttribute(descriptor, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &bias, 8));
        BlasProgram.Ok(lt.cublasLtMatrixLayoutCreate(&wLayout, CUDA_R_32F, Inputs, Outputs, Inputs));
        BlasProgram.Ok(lt.cublasLtMatrixLayoutCreate(&xLayout, CUDA_R_32F, Inputs, Batch, Inputs));
        BlasProgram.Ok(lt.cublasLtMatrixLayoutCreate(&yLayout, CUDA_R_32F, Outputs, Batch, Outputs));
        BlasProgram.Ok(lt.cublasLtMatmulPreferenceCreate(&preference));
        BlasProgram.Ok(lt.cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, 8));
        cublasLtMatmulHeuristicResult_t found;
        int count;
        BlasProgram.Ok(lt.cublasLtMatmulAlgoGetHeuristic(handle, descriptor, wLayout, xLayout, yLayout, yLayout, preference, 1, &found, &count));
        Assert.Equal(1, count);
        Assert.Equal(workspace == 0, found.workspaceSize == 0);
        ulong result = program.Device.Alloc(y.Bytes);
        float one = 1, zero = 0;
        cublasStatus_t status = lt.cublasLtMatmul(
            handle, descriptor, &one, (void*)program.Device.Upload(w.ToBytes()), wLayout, (void*)program.Device.Upload(x.ToBytes()), xLayout, &zero, (void*)result, yLayout,
            (void*)result, yLayout, &found.algo, (void*)program.Device.Alloc(1 << 20), (nuint)given, program.Device.Stream);
        double[] expected = new double[Outputs * Batch];
        for (int i = 0; i < expected.Length; i++)
        {
            (int image, int output) = Math.DivRem(i, Outputs);
            double sum = Enumerable.Range(0, Inputs).Sum(k => w.Values[(output * Inputs) + k] * x.Values[(image * Inputs) + k]);
            sum += (epilogue & 4) != 0 ? b.Values[output] : 0;
            expected[i] = (epilogue & 2) != 0 ? Math.Max(sum, 0) : sum;
        }

        return (expected, status == 0 ? y.Decode(program.Device.Download(result, y.Bytes)) : [], status);
    }
}
