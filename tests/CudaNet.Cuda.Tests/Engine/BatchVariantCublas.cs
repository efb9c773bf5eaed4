using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The emulated cuBLAS, but for products of 4 columns on, whose sums are made in two halves, as real ones' may be.</summary>
internal sealed unsafe class BatchVariantCublas : IExportSource
{
    private const int ManyColumns = 4, Float = 0;

    private static delegate* unmanaged<nint, int, int, int, int, int, void*, byte*, int, int, byte*, int, int, void*, void*, int, int, int, int, int> _product;
    private readonly IExportSource _cublas;

    public BatchVariantCublas(IExportSource cublas)
    {
        _cublas = cublas;
        _product = (delegate* unmanaged<nint, int, int, int, int, int, void*, byte*, int, int, byte*, int, int, void*, void*, int, int, int, int, int>)cublas.Find("cublasGemmEx");
    }

    public string Name => _cublas.Name;

    public nint Find(string export) => export == "cublasGemmEx"
        ? (nint)(delegate* unmanaged<nint, int, int, int, int, int, void*, byte*, int, int, byte*, int, int, void*, void*, int, int, int, int, int>)&Product
        : _cublas.Find(export);

    [UnmanagedCallersOnly]
    private static int Product(
        nint handle, int transA, int transB, int m, int n, int k, void* alpha, byte* a, int typeA, int lda, byte* b, int typeB, int ldb, void* beta, void* c, int typeC, int ldc, int compute, int algorithm)
    {
        if (n < ManyColumns)
        {
            return _product(handle, transA, transB, m, n, k, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc, compute, algorithm);
        }

        // A is stored transposed, B is not: the terms of a sum lie side by side in both.
        int half = k / 2, offset = half * (typeA == Float ? sizeof(float) : sizeof(ushort));
        float one = 1;
        int result = _product(handle, transA, transB, m, n, half, alpha, a, typeA, lda, b, typeB, ldb, beta, c, typeC, ldc, compute, algorithm);
        return result != 0
            ? result
            : _product(handle, transA, transB, m, n, k - half, alpha, a + offset, typeA, lda, b + offset, typeB, ldb, &one, c, typeC, ldc, compute, algorithm);
    }
}
