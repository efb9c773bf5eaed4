using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuLinkCreate_v2(uint numOptions, CUjit_option* options, void** optionValues, nint* stateOut)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLinkCreate_v2));
        if (call.Refuse(invalid: stateOut == null) is { } refused)
        {
            return refused;
        }

        var jit = new JitOptions(numOptions, options, optionValues);
        if (!jit.AreValid)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        var link = new LinkState(jit, call.Context.Device.Profile);
        link.Handle = call.Context.Own(link, LeakKind.Link, call.Name);
        *stateOut = link.Handle;
        return CUDA_SUCCESS;
    }

    public static CUresult cuLinkAddData_v2(nint state, CUjitInputType type, void* data, nuint size, byte* name, uint numOptions, CUjit_option* options, void** optionValues)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLinkAddData_v2));
        if (call.Refuse(invalid: data == null || size == 0 || size > int.MaxValue || type is < 0 or >= CUjitInputType.CU_JIT_NUM_INPUT_TYPES) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(state, out LinkState link) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (!new JitOptions(numOptions, options, optionValues).AreValid)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        return link.Add(type, new ReadOnlySpan<byte>(data, (int)size), name == null ? "input" : Marshal.PtrToStringUTF8((nint)name)!);
    }

    public static CUresult cuLinkComplete(nint state, void** cubinOut, nuint* sizeOut)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLinkComplete));
        if (call.Refuse(invalid: cubinOut == null) is { } refused)
        {
            return refused;
        }

        if (call.Resolve(state, out LinkState link) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        CUresult result = link.Complete(out void* image, out nuint size);
        if (result == CUDA_SUCCESS)
        {
            *cubinOut = image;
            Set(sizeOut, size);
        }

        return result;
    }

    public static CUresult cuLinkDestroy(nint state)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLinkDestroy));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (call.Resolve(state, out LinkState link) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        link.Dispose();
        call.Context.Disown(state, link);
        return call.Answer(CUDA_SUCCESS);
    }
}
