using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const int EagerLoading = 1;
    private const int LazyLoading = 2;

    public static CUresult cuModuleLoad(nint* module, byte* fname)
    {
        // Before the call takes the machine's gate, so that no other thread waits for the disk.
        byte[] image = [];
        CUresult read = fname == null ? CUDA_ERROR_INVALID_VALUE : ModuleFile.Read(Marshal.PtrToStringUTF8((nint)fname)!, out image);
        using NativeCall call = NativeCall.Enter(nameof(cuModuleLoad));
        if (call.Refuse(invalid: module == null || fname == null) is { } refused)
        {
            return refused;
        }

        if (read != CUDA_SUCCESS)
        {
            return read;
        }

        if (ModuleImage.IsCutOff(image))
        {
            return CUDA_ERROR_INVALID_IMAGE;
        }

        fixed (byte* bytes = image)
        {
            return LoadModule(call, module, bytes, default);
        }
    }

    public static CUresult cuModuleLoadData(nint* module, void* image) => LoadModule(nameof(cuModuleLoadData), module, image, default);

    public static CUresult cuModuleLoadDataEx(nint* module, void* image, uint numOptions, CUjit_option* options, void** optionValues)
        => LoadModule(nameof(cuModuleLoadDataEx), module, image, new JitOptions(numOptions, options, optionValues));

    public static CUresult cuModuleLoadFatBinary(nint* module, void* fatCubin)
        => LoadModule(nameof(cuModuleLoadFatBinary), module, fatCubin, default);

    public static CUresult cuModuleUnload(nint hmod)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuModuleUnload));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hmod, out EmulatedModule module) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return call.Answer(module.Unload());
    }

    public static CUresult cuModuleGetFunction(nint* hfunc, nint hmod, byte* name)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuModuleGetFunction));
        if (call.Refuse(invalid: hfunc == null || name == null || *name == 0) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hmod, out EmulatedModule module) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (ModuleLoader.Function(module, Marshal.PtrToStringUTF8((nint)name)!) is not { } function)
        {
            return CUDA_ERROR_NOT_FOUND;
        }

        *hfunc = function.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuModuleGetGlobal_v2(ulong* dptr, nuint* bytes, nint hmod, byte* name)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuModuleGetGlobal_v2));
        if (call.Refuse(invalid: name == null || *name == 0 || (dptr == null && bytes == null)) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(hmod, out EmulatedModule module) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (!module.Variables.TryGetValue(Marshal.PtrToStringUTF8((nint)name)!, out MemoryRange? range))
        {
            return CUDA_ERROR_NOT_FOUND;
        }

        Set(dptr, range.Start);
        Set(bytes, (nuint)range.Bytes);
        return CUDA_SUCCESS;
    }

    public static CUresult cuModuleGetLoadingMode(int* mode)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuModuleGetLoadingMode));
        if (call.Refuse(invalid: mode == null) is { } refused)
        {
            return refused;
        }

        *mode = call.Machine.Devices.Any(device => device.Profile.LoadsLazily) ? LazyLoading : EagerLoading;
        return CUDA_SUCCESS;
    }

    private static CUresult LoadModule(string name, nint* module, void* image, JitOptions options)
    {
        using NativeCall call = NativeCall.Enter(name);
        return call.Refuse(invalid: module == null || image == null) ?? LoadModule(call, module, image, options);
    }

    private static CUresult LoadModule(NativeCall call, nint* module, void* image, JitOptions options)
    {
        if (ModuleCompiler.Compile(image, call.Context.Device.Profile, options, out PtxModule ptx) is not CUDA_SUCCESS and var refused)
        {
            return refused;
        }

        CUresult result = ModuleLoader.Load(call.Context, ptx, call.Name, out EmulatedModule made);
        if (result == CUDA_SUCCESS)
        {
            *module = made.Handle;
        }

        return result;
    }
}
