using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Finds a device by its number.</summary>
internal static class CudaDevices
{
    /// <exception cref="CudaNetException">There is none of that number.</exception>
    public static CudaDevice Find(CudaLibraries libraries, int ordinal)
    {
        IReadOnlyList<CudaDevice> devices = libraries.Devices;
        return ordinal >= 0 && ordinal < devices.Count
            ? devices[ordinal]
            : throw new CudaNetException($"there is no CUDA device {ordinal}: the driver shows {devices.Count}")
            {
                Hint = "`cudanet doctor` lists them, a MIG slice as one device; CUDA_VISIBLE_DEVICES hides some.",
            };
    }
}
