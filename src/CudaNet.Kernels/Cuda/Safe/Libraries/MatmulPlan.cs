using System.Runtime.CompilerServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A multiplication of cublasLt with what follows it, D = epilogue(alpha · op(A) · op(B) + beta · C): its descriptors and the algorithm chosen for them.
/// Made once; one thread at a time.
/// </summary>
internal sealed unsafe class MatmulPlan : IDisposable
{
    private static readonly ReleaseCall DestroyOperation = new(nameof(CublasLtApi.cublasLtMatmulDescDestroy), static (l, h) => (int)l.CublasLt.cublasLtMatmulDescDestroy(h));
    private static readonly ReleaseCall DestroyLayout = new(nameof(CublasLtApi.cublasLtMatrixLayoutDestroy), static (l, h) => (int)l.CublasLt.cublasLtMatrixLayoutDestroy(h));
    private static readonly ReleaseCall DestroyPreference = new(nameof(CublasLtApi.cublasLtMatmulPreferenceDestroy), static (l, h) => (int)l.CublasLt.cublasLtMatmulPreferenceDestroy(h));

    private readonly List<CudaHandle> _owned = [];
    private readonly CublasLtHandle _handle;
    private readonly CublasLtApi _lt;
    private readonly CudaHandle _operation;
    private readonly CudaHandle _a;
    private readonly CudaHandle _b;
    private readonly CudaHandle _c;
    private readonly string _text;
    private readonly cublasLtMatmulAlgo_t _algorithm;

    /// <param name="handle">cublasLt.</param>
    /// <param name="shape">The form; C and D share one layout.</param>
    /// <param name="type">The matrices' and the bias's type.</param>
    /// <param name="compute">The arithmetic; scales are in single precision.</param>
    /// <param name="epilogue">What follows.</param>
    /// <param name="bias">M values where the epilogue adds them, and no address otherwise. The search for an algorithm wants to know where they are.</param>
    /// <param name="mostWorkspaceBytes">The most that the algorithm may use.</param>
    /// <exception cref="CudaNetException">No algorithm does this.</exception>
    public MatmulPlan(CublasLtHandle handle, in Gemm shape, cudaDataType type, cublasComputeType_t compute, cublasLtEpilogue_t epilogue, DeviceAddress bias, long mostWorkspaceBytes)
    {
        _handle = handle;
        _lt = handle.Context.Libraries.CublasLt;
        _text = $"{shape}, {type}, {compute}, {epilogue}";
        Context.Enter();
        try
        {
            nint operation;
            Check(_lt.cublasLtMatmulDescCreate(&operation, compute, cudaDataType.CUDA_R_32F), nameof(CublasLtApi.cublasLtMatmulDescCreate));
            _operation = Own(DestroyOperation, operation);
            Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSA, shape.TransA);
            Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_TRANSB, shape.TransB);
            Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
            if (bias.Value != 0)
            {
                Set(cublasLtMatmulDescAttributes_t.CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias.Value);
            }

            bool transA = shape.TransA != cublasOperation_t.CUBLAS_OP_N, transB = shape.TransB != cublasOperation_t.CUBLAS_OP_N;
            _a = Layout(type, transA ? shape.K : shape.M, transA ? shape.M : shape.K, shape.Lda);
            _b = Layout(type, transB ? shape.N : shape.K, transB ? shape.K : shape.N, shape.Ldb);
            _c = Layout(type, shape.M, shape.N, shape.Ldc);
            (_algorithm, WorkspaceBytes) = Choose(mostWorkspaceBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What <see cref="Run"/> needs.</summary>
    public long WorkspaceBytes { get; }

    private CudaContext Context => _handle.Context;

    /// <summary>Queues the multiplication. D may be C.</summary>
    public void Run(CudaStream stream, float alpha, DeviceAddress a, DeviceAddress b, float beta, DeviceAddress c, DeviceAddress d, DeviceAddress workspace)
    {
        Context.Enter();
        using HandleUse handle = _handle.Handle.Use(), operation = _operation.Use(), layoutA = _a.Use(), layoutB = _b.Use(), layoutC = _c.Use(), on = stream.Handle.Use();
        cublasLtMatmulAlgo_t algorithm = _algorithm;
        cublasStatus_t result = _lt.cublasLtMatmul(
            handle.Value, operation.Value, &alpha, (void*)a.Value, layoutA.Value, (void*)b.Value, layoutB.Value, &beta, (void*)c.Value, layoutC.Value, (void*)d.Value, layoutC.Value,
            &algorithm, (void*)workspace.Value, (nuint)WorkspaceBytes, on.Value);
        Context.Check(result, nameof(CublasLtApi.cublasLtMatmul), $"{_text}, {WorkspaceBytes} bytes of workspace");
    }

    public void Dispose() => _owned.ForEach(static h => h.Dispose());

    private (cublasLtMatmulAlgo_t Algorithm, long Bytes) Choose(long mostWorkspaceBytes)
    {
        nint preference;
        Check(_lt.cublasLtMatmulPreferenceCreate(&preference), nameof(CublasLtApi.cublasLtMatmulPreferenceCreate));
        using CudaHandle owned = new(Context, DestroyPreference, preference);
        ulong most = (ulong)mostWorkspaceBytes;
        Check(
            _lt.cublasLtMatmulPreferenceSetAttribute(preference, cublasLtMatmulPreferenceAttributes_t.CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &most, sizeof(ulong)),
            nameof(CublasLtApi.cublasLtMatmulPreferenceSetAttribute));
        using HandleUse handle = _handle.Handle.Use(), operation = _operation.Use(), a = _a.Use(), b = _b.Use(), c = _c.Use();
        cublasLtMatmulHeuristicResult_t found;
        int count = 0;
        cublasStatus_t result = _lt.cublasLtMatmulAlgoGetHeuristic(handle.Value, operation.Value, a.Value, b.Value, c.Value, c.Value, preference, 1, &found, &count);

        // Two ways of saying that nothing fits: a status of the call, or success with nothing found.
        if (result == cublasStatus_t.CUBLAS_STATUS_SUCCESS && (count == 0 || found.state != cublasStatus_t.CUBLAS_STATUS_SUCCESS))
        {
            result = cublasStatus_t.CUBLAS_STATUS_NOT_SUPPORTED;
        }

        Check(result, nameof(CublasLtApi.cublasLtMatmulAlgoGetHeuristic));
        return (found.algo, (long)found.workspaceSize);
    }

    private CudaHandle Layout(cudaDataType type, int rows, int columns, int ld)
    {
        nint layout;
        Check(_lt.cublasLtMatrixLayoutCreate(&layout, type, (ulong)rows, (ulong)columns, ld), nameof(CublasLtApi.cublasLtMatrixLayoutCreate));
        return Own(DestroyLayout, layout);
    }

    /// <summary>The size must be exact; nothing else is looked at before an algorithm is asked for.</summary>
    private void Set<T>(cublasLtMatmulDescAttributes_t attribute, T value)
        where T : unmanaged
    {
        using HandleUse operation = _operation.Use();
        Check(_lt.cublasLtMatmulDescSetAttribute(operation.Value, attribute, &value, (nuint)Unsafe.SizeOf<T>()), nameof(CublasLtApi.cublasLtMatmulDescSetAttribute));
    }

    private CudaHandle Own(ReleaseCall release, nint handle)
    {
        CudaHandle owner = new(Context, release, handle);
        _owned.Add(owner);
        return owner;
    }

    private void Check(cublasStatus_t result, string call) => Context.Check(result, call, $"{_text}");
}
