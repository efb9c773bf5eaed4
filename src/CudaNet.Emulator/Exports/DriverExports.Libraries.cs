using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuLibraryLoadData))]
    public static CUresult cuLibraryLoadData(nint* library, void* code, CUjit_option* jitOptions, void** jitOptionsValues, uint numJitOptions, int* libraryOptions, void** libraryOptionValues, uint numLibraryOptions) => Unimplemented.Answer(nameof(cuLibraryLoadData));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLibraryUnload))]
    public static CUresult cuLibraryUnload(nint library) => Unimplemented.Answer(nameof(cuLibraryUnload));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLibraryGetKernel))]
    public static CUresult cuLibraryGetKernel(nint* pKernel, nint library, byte* name) => Unimplemented.Answer(nameof(cuLibraryGetKernel));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuKernelGetFunction))]
    public static CUresult cuKernelGetFunction(nint* pFunc, nint kernel) => Unimplemented.Answer(nameof(cuKernelGetFunction));
}
