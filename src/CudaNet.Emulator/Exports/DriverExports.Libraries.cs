using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuLibraryLoadData(nint* library, void* code, CUjit_option* jitOptions, void** jitOptionsValues, uint numJitOptions, int* libraryOptions, void** libraryOptionValues, uint numLibraryOptions)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLibraryLoadData));
        if (call.Refuse(invalid: library == null || code == null || (numLibraryOptions > 0 && libraryOptions == null)) is { } refused)
        {
            return refused;
        }

        if (ModuleCompiler.Compile(code, call.Current?.Device.Profile, new JitOptions(numJitOptions, jitOptions, jitOptionsValues), out PtxModule ptx) is not CUDA_SUCCESS and var invalid)
        {
            return invalid;
        }

        var made = new EmulatedLibrary(ptx);
        made.Handle = call.Machine.Handles.Add(made);
        call.Machine.Ledger.Add(made, LeakKind.Module, call.Name);
        *library = made.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuLibraryUnload(nint library)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLibraryUnload));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(library, out EmulatedLibrary unloaded) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = unloaded.Unload(call.Machine);
        call.Machine.Ledger.Remove(unloaded);
        return call.Answer(result);
    }

    public static CUresult cuLibraryGetKernel(nint* pKernel, nint library, byte* name)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLibraryGetKernel));
        if (call.Refuse(invalid: pKernel == null || name == null || *name == 0) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(library, out EmulatedLibrary found) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (found.Kernel(call.Machine, Marshal.PtrToStringUTF8((nint)name)!) is not { } kernel)
        {
            return CUDA_ERROR_NOT_FOUND;
        }

        *pKernel = kernel.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuKernelGetFunction(nint* pFunc, nint kernel)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuKernelGetFunction));
        if (call.Refuse(invalid: pFunc == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(kernel, out EmulatedKernel found) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = found.Library.Function(call.Context, found.Name, call.Name, out EmulatedFunction? function);
        if (result == CUDA_SUCCESS)
        {
            *pFunc = function!.Handle;
        }

        return result;
    }
}
