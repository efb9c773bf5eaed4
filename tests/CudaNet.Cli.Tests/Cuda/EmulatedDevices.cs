using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.Tests.Cuda;

/// <summary>An emulated machine's first device.</summary>
internal static class EmulatedDevices
{
    public const int Cudnn8 = 8907;
    public const int Cudnn9 = 91900;

    public static CudaContext Open(EmulatedMachine machine) => new(machine.Libraries.Load().Devices[0]);
}
