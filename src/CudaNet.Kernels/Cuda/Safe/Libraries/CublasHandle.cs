using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A handle of cuBLAS that works in one stream with a workspace of its own: multiplications are captured without an allocation, and give the same bits each time.
/// Matrices are column-major. One thread at a time; not made or disposed of in the hot path or in a capture.
/// </summary>
internal sealed unsafe class CublasHandle : IDisposable
{
    private const int Hopper = 9;
    private static readonly ReleaseCall Destroy = new(nameof(CublasApi.cublasDestroy_v2), static (l, h) => (int)l.Cublas.cublasDestroy_v2(h));
    private readonly CudaHandle _handle;
    private readonly DeviceMemory _workspace;
    private readonly CublasApi _cublas;

    /// <exception cref="Engine.CudaNetException">cuBLAS is not loaded, or refuses.</exception>
    public CublasHandle(CudaStream stream)
    {
        CudaContext context = stream.Context;
        _cublas = context.Libraries.Cublas;
        context.Enter();
        nint handle;
        context.Check(_cublas.cublasCreate_v2(&handle), nameof(CublasApi.cublasCreate_v2), $"on {context.Device}");
        Context = context;
        _handle = new CudaHandle(context, Destroy, handle);
        try
        {
            _workspace = new DeviceMemory(context, context.Device.ComputeCapability.Major >= Hopper ? 32 << 20 : 4 << 20);
            using HandleUse on = stream.Handle.Use();
            Check(_cublas.cublasSetPointerMode_v2(handle, cublasPointerMode_t.CUBLAS_POINTER_MODE_HOST), nameof(CublasApi.cublasSetPointerMode_v2));
            Check(_cublas.cublasSetStream_v2(handle, on.Value), nameof(CublasApi.cublasSetStream_v2));

            // After the stream: setting that resets the workspace.
            Check(_cublas.cublasSetWorkspace_v2(handle, (void*)_workspace.Address.Value, (nuint)_workspace.Bytes), nameof(CublasApi.cublasSetWorkspace_v2));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public CudaContext Context { get; }

    /// <summary>major·10000 + minor·100 + patch.</summary>
    public int Version
    {
        get
        {
            using HandleUse handle = _handle.Use();
            int version;
            Check(_cublas.cublasGetVersion_v2(handle.Value, &version), nameof(CublasApi.cublasGetVersion_v2));
            return version;
        }
    }

    /// <summary>Which arithmetic single-precision multiplications may use; pedantic is FMA throughout.</summary>
    public void SetMathMode(cublasMath_t mode)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use();
        Context.Check(_cublas.cublasSetMathMode(handle.Value, mode), nameof(CublasApi.cublasSetMathMode), $"{mode}");
    }

    /// <summary>C = alpha · op(A) · op(B) + beta · C, in single precision.</summary>
    public void Sgemm(in Gemm shape, float alpha, DeviceAddress a, DeviceAddress b, float beta, DeviceAddress c)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use();
        cublasStatus_t result = _cublas.cublasSgemm_v2(
            handle.Value, shape.TransA, shape.TransB, shape.M, shape.N, shape.K, &alpha, (float*)a.Value, shape.Lda, (float*)b.Value, shape.Ldb, &beta, (float*)c.Value, shape.Ldc);
        Context.Check(result, nameof(CublasApi.cublasSgemm_v2), $"{shape}");
    }

    /// <summary>C = alpha · op(A) · op(B) + beta · C with matrices of one type; sums and scales in single precision.</summary>
    public void GemmEx(in Gemm shape, cudaDataType type, cublasComputeType_t compute, float alpha, DeviceAddress a, DeviceAddress b, float beta, DeviceAddress c) =>
        GemmEx(shape, type, type, compute, alpha, a, b, beta, c);

    /// <summary>The same with a type of its own for C: that of A and B, or single precision.</summary>
    public void GemmEx(
        in Gemm shape, cudaDataType type, cudaDataType resultType, cublasComputeType_t compute, float alpha, DeviceAddress a, DeviceAddress b, float beta, DeviceAddress c)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use();
        cublasStatus_t result = _cublas.cublasGemmEx(
            handle.Value, shape.TransA, shape.TransB, shape.M, shape.N, shape.K, &alpha, (void*)a.Value, type, shape.Lda, (void*)b.Value, type, shape.Ldb,
            &beta, (void*)c.Value, resultType, shape.Ldc, compute, cublasGemmAlgo_t.CUBLAS_GEMM_DEFAULT);
        Context.Check(result, nameof(CublasApi.cublasGemmEx), $"{shape}, {type} to {resultType}, {compute}");
    }

    /// <summary>The same for several matrices that lie <paramref name="strides"/> elements apart.</summary>
    public void GemmStridedBatchedEx(
        in Gemm shape, (long A, long B, long C) strides, int count, cudaDataType type, cublasComputeType_t compute, float alpha, DeviceAddress a, DeviceAddress b, float beta, DeviceAddress c)
    {
        Context.Enter();
        using HandleUse handle = _handle.Use();
        cublasStatus_t result = _cublas.cublasGemmStridedBatchedEx(
            handle.Value, shape.TransA, shape.TransB, shape.M, shape.N, shape.K, &alpha, (void*)a.Value, type, shape.Lda, strides.A, (void*)b.Value, type, shape.Ldb, strides.B,
            &beta, (void*)c.Value, type, shape.Ldc, strides.C, count, compute, cublasGemmAlgo_t.CUBLAS_GEMM_DEFAULT);
        Context.Check(result, nameof(CublasApi.cublasGemmStridedBatchedEx), $"{count} times {shape}, {type}, {compute}");
    }

    public void Dispose()
    {
        _handle.Dispose();
        _workspace?.Dispose();
    }

    private void Check(cublasStatus_t result, string call) => Context.Check(result, call);
}
