using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator;

/// <summary>
/// The native libraries of an emulated machine, as sources of functions by exported name. The functions are the same for all machines: a call belongs to
/// the machine that is <see cref="EmulatedMachine.Current"/> where it is made. Any thread may use this, as long as the process lives.
/// </summary>
public sealed class EmulatedLibraries
{
    internal EmulatedLibraries(EmulatorOptions options) => Driver = new DriverExportSource(options.DriverVersion);

    /// <summary>The driver. It lacks the functions that are newer than <see cref="EmulatorOptions.DriverVersion"/>.</summary>
    public IExportSource Driver { get; }
}
