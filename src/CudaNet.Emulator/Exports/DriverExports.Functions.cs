using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncLoad))]
    public static CUresult cuFuncLoad(nint function) => Unimplemented.Answer(nameof(cuFuncLoad));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetAttribute))]
    public static CUresult cuFuncGetAttribute(int* pi, CUfunction_attribute attrib, nint hfunc) => Unimplemented.Answer(nameof(cuFuncGetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetAttribute))]
    public static CUresult cuFuncSetAttribute(nint hfunc, CUfunction_attribute attrib, int value) => Unimplemented.Answer(nameof(cuFuncSetAttribute));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncSetCacheConfig))]
    public static CUresult cuFuncSetCacheConfig(nint hfunc, int config) => Unimplemented.Answer(nameof(cuFuncSetCacheConfig));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetName))]
    public static CUresult cuFuncGetName(byte** name, nint hfunc) => Unimplemented.Answer(nameof(cuFuncGetName));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuFuncGetParamInfo))]
    public static CUresult cuFuncGetParamInfo(nint func, nuint paramIndex, nuint* paramOffset, nuint* paramSize) => Unimplemented.Answer(nameof(cuFuncGetParamInfo));
}
