using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchKernel))]
    public static CUresult cuLaunchKernel(nint f, uint gridDimX, uint gridDimY, uint gridDimZ, uint blockDimX, uint blockDimY, uint blockDimZ, uint sharedMemBytes, nint hStream, void** kernelParams, void** extra) => Unimplemented.Answer(nameof(cuLaunchKernel));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchKernelEx))]
    public static CUresult cuLaunchKernelEx(CUlaunchConfig* config, nint f, void** kernelParams, void** extra) => Unimplemented.Answer(nameof(cuLaunchKernelEx));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLaunchCooperativeKernel))]
    public static CUresult cuLaunchCooperativeKernel(nint f, uint gridDimX, uint gridDimY, uint gridDimZ, uint blockDimX, uint blockDimY, uint blockDimZ, uint sharedMemBytes, nint hStream, void** kernelParams) => Unimplemented.Answer(nameof(cuLaunchCooperativeKernel));
}
