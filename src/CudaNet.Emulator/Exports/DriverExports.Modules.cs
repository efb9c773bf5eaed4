using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoad))]
    public static CUresult cuModuleLoad(nint* module, byte* fname) => Unimplemented.Answer(nameof(cuModuleLoad));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadData))]
    public static CUresult cuModuleLoadData(nint* module, void* image) => Unimplemented.Answer(nameof(cuModuleLoadData));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadDataEx))]
    public static CUresult cuModuleLoadDataEx(nint* module, void* image, uint numOptions, CUjit_option* options, void** optionValues) => Unimplemented.Answer(nameof(cuModuleLoadDataEx));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleLoadFatBinary))]
    public static CUresult cuModuleLoadFatBinary(nint* module, void* fatCubin) => Unimplemented.Answer(nameof(cuModuleLoadFatBinary));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleUnload))]
    public static CUresult cuModuleUnload(nint hmod) => Unimplemented.Answer(nameof(cuModuleUnload));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetFunction))]
    public static CUresult cuModuleGetFunction(nint* hfunc, nint hmod, byte* name) => Unimplemented.Answer(nameof(cuModuleGetFunction));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetGlobal_v2))]
    public static CUresult cuModuleGetGlobal_v2(ulong* dptr, nuint* bytes, nint hmod, byte* name) => Unimplemented.Answer(nameof(cuModuleGetGlobal_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuModuleGetLoadingMode))]
    public static CUresult cuModuleGetLoadingMode(int* mode) => Unimplemented.Answer(nameof(cuModuleGetLoadingMode));
}
