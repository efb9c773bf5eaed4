using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Tells devices that exist in host memory only, also behind a driver that is loaded as NVIDIA's is. They have no times.</summary>
internal static class Emulation
{
    private const string Name = "Emulated ";

    /// <summary>"CudaNet" in the digits of <see cref="CudaDevice.Uuid"/>, which a profile's name cannot change.</summary>
    private const string Uuid = "GPU-43756461-4e65-74";

    /// <exception cref="CudaException">The driver refuses.</exception>
    public static bool IsEmulated(this CudaDevice device) =>
        device.Name.StartsWith(Name, StringComparison.Ordinal) || device.Uuid.StartsWith(Uuid, StringComparison.Ordinal);
}
