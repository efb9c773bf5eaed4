using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Tests.Cuda;

/// <summary>An emulated machine and the libraries that call it.</summary>
internal static class EmulatedDevices
{
    public const int Cudnn8 = 8907;
    public const int Cudnn9 = 91900;

    /// <summary>The libraries of the machine that is current.</summary>
    public static CudaLibraries Libraries() =>
        CudaLibraries.From(EmulatedMachine.Libraries.Driver, EmulatedMachine.Libraries.Cublas, EmulatedMachine.Libraries.CublasLt, EmulatedMachine.Libraries.Cudnn);

    public static CudaContext Open() => new(Libraries().Devices[0]);
}
