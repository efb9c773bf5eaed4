using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The emulated cuDNN, but for a convolution's workspace, which grows with the batch as real ones' may.</summary>
internal sealed unsafe class GreedyCudnn : IExportSource
{
    public const int BytesPerImage = 10_000;

    /// <summary>From so many images on it is this much more.</summary>
    public const int LargeBatch = 8, LargeBatchBytes = 1 << 20;

    private static delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int> _workspace;
    private static delegate* unmanaged<nint, int*, int*, int*, int*, int*, int*, int*, int*, int*, int> _tensor;
    private readonly IExportSource _cudnn;

    public GreedyCudnn(IExportSource cudnn)
    {
        _cudnn = cudnn;
        _workspace = (delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)cudnn.Find("cudnnGetConvolutionForwardWorkspaceSize");
        _tensor = (delegate* unmanaged<nint, int*, int*, int*, int*, int*, int*, int*, int*, int*, int>)cudnn.Find("cudnnGetTensor4dDescriptor");
    }

    public string Name => _cudnn.Name;

    public nint Find(string export) => export == "cudnnGetConvolutionForwardWorkspaceSize"
        ? (nint)(delegate* unmanaged<nint, nint, nint, nint, nint, int, nuint*, int>)&Workspace
        : _cudnn.Find(export);

    [UnmanagedCallersOnly]
    private static int Workspace(nint handle, nint x, nint w, nint convolution, nint y, int algorithm, nuint* bytes)
    {
        int result = _workspace(handle, x, w, convolution, y, algorithm, bytes);
        int type, n, c, height, width, strideN, strideC, strideH, strideW;
        if (result == 0 && _tensor(x, &type, &n, &c, &height, &width, &strideN, &strideC, &strideH, &strideW) == 0)
        {
            *bytes += (nuint)((n * BytesPerImage) + (n < LargeBatch ? 0 : LargeBatchBytes));
        }

        return result;
    }
}
