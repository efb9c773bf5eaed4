using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    private const int LastCacheConfig = 3;

    public static CUresult cuFuncLoad(nint function)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncLoad));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (Function(call, function, out EmulatedFunction found) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (!found.Module.Context.HasLoaded(found) && call.Machine.Captures.RefuseUnsafe(call.Name) is { } forbidden)
        {
            return forbidden;
        }

        found.Module.Context.Load(found);
        return CUDA_SUCCESS;
    }

    public static CUresult cuFuncGetAttribute(int* pi, CUfunction_attribute attrib, nint hfunc)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncGetAttribute));
        if (call.Refuse(invalid: pi == null) is { } refused)
        {
            return refused;
        }

        if (Function(call, hfunc, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (function.Attribute(attrib) is not { } value)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *pi = value;
        return CUDA_SUCCESS;
    }

    public static CUresult cuFuncSetAttribute(nint hfunc, CUfunction_attribute attrib, int value)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncSetAttribute));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        if (Function(call, hfunc, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        return function.SetAttribute(attrib, value);
    }

    public static CUresult cuFuncSetCacheConfig(nint hfunc, int config)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncSetCacheConfig));
        if (call.Refuse(invalid: config is < 0 or > LastCacheConfig) is { } refused)
        {
            return refused;
        }

        return Function(call, hfunc, out _);
    }

    public static CUresult cuFuncGetName(byte** name, nint hfunc)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncGetName));
        if (call.Refuse(invalid: name == null) is { } refused)
        {
            return refused;
        }

        if (Function(call, hfunc, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        *name = NativeText.Of(function.Name);
        return CUDA_SUCCESS;
    }

    public static CUresult cuFuncGetParamInfo(nint func, nuint paramIndex, nuint* paramOffset, nuint* paramSize)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuFuncGetParamInfo));
        if (call.Refuse(invalid: paramOffset == null) is { } refused)
        {
            return refused;
        }

        if (Function(call, func, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (paramIndex >= (nuint)function.Kernel.Parameters.Count)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        PtxVariable parameter = function.Kernel.Parameters[(int)paramIndex];
        *paramOffset = (nuint)parameter.Offset;
        Set(paramSize, (nuint)parameter.Size);
        return CUDA_SUCCESS;
    }

    /// <summary>The function that a handle means; that of a kernel of a library is its function in the current context.</summary>
    private static CUresult Function(NativeCall call, nint handle, out EmulatedFunction function)
    {
        if (call.Machine.Handles.Find<EmulatedKernel>(handle) is { } kernel)
        {
            CUresult result = kernel.Library.Function(call.Context, kernel.Name, call.Name, out EmulatedFunction? found);
            function = found!;
            return result;
        }

        CUresult resolved = call.Resolve(handle, out function);
        return resolved == CUDA_SUCCESS && function.Module.Context.IsDestroyed ? CUDA_ERROR_CONTEXT_IS_DESTROYED : resolved;
    }
}
