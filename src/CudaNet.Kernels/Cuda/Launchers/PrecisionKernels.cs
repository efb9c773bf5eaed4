using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>One kernel in every storage precision.</summary>
internal sealed class PrecisionKernels
{
    private readonly CudaKernel[] _kernels;

    /// <param name="module">Where they are.</param>
    /// <param name="operation">Their name before the precision: <c>cudanet_maxpool</c>.</param>
    /// <param name="variant">Their name behind it: <c>_nhwc_3x3s2</c>, or nothing.</param>
    public PrecisionKernels(CudaModule module, string operation, string variant = "")
    {
        _kernels = [.. Enum.GetValues<StoragePrecision>().Select(p => module.GetKernel($"{operation}_{p.Suffix()}{variant}"))];
    }

    public CudaKernel this[StoragePrecision precision] => _kernels[(int)precision];
}
