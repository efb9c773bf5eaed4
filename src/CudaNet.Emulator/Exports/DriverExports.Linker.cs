using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuLinkCreate_v2))]
    public static CUresult cuLinkCreate_v2(uint numOptions, CUjit_option* options, void** optionValues, nint* stateOut) => Unimplemented.Answer(nameof(cuLinkCreate_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLinkAddData_v2))]
    public static CUresult cuLinkAddData_v2(nint state, CUjitInputType type, void* data, nuint size, byte* name, uint numOptions, CUjit_option* options, void** optionValues) => Unimplemented.Answer(nameof(cuLinkAddData_v2));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLinkComplete))]
    public static CUresult cuLinkComplete(nint state, void** cubinOut, nuint* sizeOut) => Unimplemented.Answer(nameof(cuLinkComplete));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuLinkDestroy))]
    public static CUresult cuLinkDestroy(nint state) => Unimplemented.Answer(nameof(cuLinkDestroy));
}
