using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator;

/// <summary>
/// The native libraries of an emulated machine, as sources of functions by exported name. The functions are the same for all machines: a call belongs to
/// the machine that is <see cref="EmulatedMachine.Current"/> where it is made. Any thread may use this, as long as the process lives.
/// </summary>
public sealed class EmulatedLibraries
{
    internal EmulatedLibraries(EmulatorOptions options)
    {
        Driver = new DriverExportSource(options.DriverVersion);
        Cublas = LibraryExportSource.Cublas(options.CublasMajor);
        CublasLt = LibraryExportSource.CublasLt(options.CublasMajor);
        Cudnn = LibraryExportSource.Cudnn(options.CudnnVersion);
    }

    /// <summary>The driver. It lacks the functions that are newer than <see cref="EmulatorOptions.DriverVersion"/>.</summary>
    public IExportSource Driver { get; }

    /// <summary>cuBLAS, of the generation that <see cref="EmulatorOptions.CublasMajor"/> says.</summary>
    public IExportSource Cublas { get; }

    /// <summary>cublasLt, of the same generation as <see cref="Cublas"/>.</summary>
    public IExportSource CublasLt { get; }

    /// <summary>cuDNN. It has the functions of <see cref="EmulatorOptions.CudnnVersion"/>'s generation, and answers in its numbers.</summary>
    public IExportSource Cudnn { get; }

    /// <summary>All four, as <see cref="CudaLibraries.Load"/> gives a machine's real ones.</summary>
    public CudaLibraries Load() => CudaLibraries.From(Driver, Cublas, CublasLt, Cudnn);
}
