using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuLaunchKernel(nint f, uint gridDimX, uint gridDimY, uint gridDimZ, uint blockDimX, uint blockDimY, uint blockDimZ, uint sharedMemBytes, nint hStream, void** kernelParams, void** extra)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLaunchKernel));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        var shape = new EmulatedLaunchShape((gridDimX, gridDimY, gridDimZ), (blockDimX, blockDimY, blockDimZ), sharedMemBytes, IsCooperative: false);
        return Launch(call, f, shape, hStream, kernelParams, extra);
    }

    public static CUresult cuLaunchCooperativeKernel(nint f, uint gridDimX, uint gridDimY, uint gridDimZ, uint blockDimX, uint blockDimY, uint blockDimZ, uint sharedMemBytes, nint hStream, void** kernelParams)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLaunchCooperativeKernel));
        if (call.Injected is { } refused)
        {
            return refused;
        }

        var shape = new EmulatedLaunchShape((gridDimX, gridDimY, gridDimZ), (blockDimX, blockDimY, blockDimZ), sharedMemBytes, IsCooperative: true);
        return Launch(call, f, shape, hStream, kernelParams, null);
    }

    public static CUresult cuLaunchKernelEx(CUlaunchConfig* config, nint f, void** kernelParams, void** extra)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuLaunchKernelEx));
        if (call.Refuse(invalid: config == null || (config->numAttrs > 0 && config->attrs == null)) is { } refused)
        {
            return refused;
        }

        bool isCooperative = false;
        for (uint i = 0; i < config->numAttrs; i++)
        {
            CUlaunchAttribute attribute = config->attrs[i];
            isCooperative |= attribute.id == CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE && attribute.value != 0;
            if (attribute.id == CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION && (attribute.clusterX, attribute.clusterY, attribute.clusterZ) != (1, 1, 1))
            {
                return Unimplemented.Answer("cuLaunchKernelEx with clusters of blocks");
            }
        }

        var shape = new EmulatedLaunchShape(
            (config->gridDimX, config->gridDimY, config->gridDimZ), (config->blockDimX, config->blockDimY, config->blockDimZ), config->sharedMemBytes, isCooperative);
        return Launch(call, f, shape, config->hStream, kernelParams, extra);
    }

    private static CUresult Launch(NativeCall call, nint f, EmulatedLaunchShape shape, nint hStream, void** parameters, void** extra)
    {
        if (Function(call, f, out EmulatedFunction function) is not CUDA_SUCCESS and var missingFunction)
        {
            return missingFunction;
        }

        if (LaunchArguments.Copy(function.Kernel, parameters, extra, out byte[] block) is { } wrong)
        {
            return RefuseLaunch(call, function, wrong, CUDA_ERROR_INVALID_VALUE);
        }

        CUresult fits = shape.Check(function, out string why);
        if (fits != CUDA_SUCCESS)
        {
            return RefuseLaunch(call, function, $"{why} ({shape})", fits);
        }

        if (call.Stream(hStream, out EmulatedStream stream) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (stream.Context != function.Module.Context)
        {
            call.Find(FindingKind.Handle, $"kernel '{function.Name}' belongs to another context than {stream.Name}.");
            return CUDA_ERROR_INVALID_HANDLE;
        }

        return stream.Enqueue(new KernelOperation(function, shape, block));
    }

    private static CUresult RefuseLaunch(NativeCall call, EmulatedFunction function, string why, CUresult result)
    {
        call.Find(FindingKind.Launch, $"kernel '{function.Name}': {why}.");
        return result;
    }
}
