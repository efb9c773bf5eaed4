using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator;

/// <summary>The libraries of a machine, as they are found by exported name. Their functions belong to the machine that is current where they are called.</summary>
public sealed class EmulatedLibraries
{
    internal EmulatedLibraries(EmulatorOptions options) => Driver = new DriverExportSource(options.DriverVersion);

    /// <summary>The driver, <c>libcuda.so.1</c>.</summary>
    public IExportSource Driver { get; }
}
