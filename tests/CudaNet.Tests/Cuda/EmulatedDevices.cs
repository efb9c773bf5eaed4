using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Tests.Cuda;

/// <summary>An emulated machine and the libraries that call it.</summary>
internal static class EmulatedDevices
{
    public const int Cudnn8 = 8907;
    public const int Cudnn9 = 91900;

    /// <summary>The libraries that call it.</summary>
    public static CudaLibraries Libraries(EmulatedMachine machine) =>
        CudaLibraries.From(machine.Libraries.Driver, machine.Libraries.Cublas, machine.Libraries.CublasLt, machine.Libraries.Cudnn);

    public static CudaContext Open(EmulatedMachine machine) => new(Libraries(machine).Devices[0]);
}
