using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Driver functions that the tests call by name, whether the project itself uses them or not.</summary>
internal sealed unsafe class DriverCalls
{
    public readonly delegate* unmanaged<uint, CUresult> cuInit;
    public readonly delegate* unmanaged<int*, CUresult> cuDriverGetVersion;
    public readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorName;
    public readonly delegate* unmanaged<CUresult, byte**, CUresult> cuGetErrorString;

    public readonly delegate* unmanaged<int*, CUresult> cuDeviceGetCount;
    public readonly delegate* unmanaged<int*, int, CUresult> cuDeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, CUresult> cuDeviceGetName;
    public readonly delegate* unmanaged<CUuuid*, int, CUresult> cuDeviceGetUuid_v2;
    public readonly delegate* unmanaged<CUuuid*, int, CUresult> cuDeviceGetUuid;
    public readonly delegate* unmanaged<nuint*, int, CUresult> cuDeviceTotalMem_v2;
    public readonly delegate* unmanaged<int*, CUdevice_attribute, int, CUresult> cuDeviceGetAttribute;
    public readonly delegate* unmanaged<byte*, int, int, CUresult> cuDeviceGetPCIBusId;

    public readonly delegate* unmanaged<nint*, int, CUresult> cuDevicePrimaryCtxRetain;
    public readonly delegate* unmanaged<int, CUresult> cuDevicePrimaryCtxRelease_v2;
    public readonly delegate* unmanaged<int, uint*, int*, CUresult> cuDevicePrimaryCtxGetState;
    public readonly delegate* unmanaged<nint, CUresult> cuCtxSetCurrent;
    public readonly delegate* unmanaged<nint*, CUresult> cuCtxGetCurrent;
    public readonly delegate* unmanaged<nint, CUresult> cuCtxPushCurrent_v2;
    public readonly delegate* unmanaged<nint*, CUresult> cuCtxPopCurrent_v2;
    public readonly delegate* unmanaged<int*, CUresult> cuCtxGetDevice;
    public readonly delegate* unmanaged<CUresult> cuCtxSynchronize;

    public readonly delegate* unmanaged<nuint*, nuint*, CUresult> cuMemGetInfo_v2;
    public readonly delegate* unmanaged<ulong*, nuint, CUresult> cuMemAlloc_v2;
    public readonly delegate* unmanaged<ulong, CUresult> cuMemFree_v2;
    public readonly delegate* unmanaged<void**, nuint, uint, CUresult> cuMemHostAlloc;
    public readonly delegate* unmanaged<void*, CUresult> cuMemFreeHost;
    public readonly delegate* unmanaged<void*, nuint, uint, CUresult> cuMemHostRegister_v2;
    public readonly delegate* unmanaged<void*, CUresult> cuMemHostUnregister;
    public readonly delegate* unmanaged<ulong*, void*, uint, CUresult> cuMemHostGetDevicePointer_v2;
    public readonly delegate* unmanaged<void*, CUpointer_attribute, ulong, CUresult> cuPointerGetAttribute;
    public readonly delegate* unmanaged<ulong*, nuint*, ulong, CUresult> cuMemGetAddressRange_v2;

    public readonly delegate* unmanaged<ulong, void*, nuint, CUresult> cuMemcpyHtoD_v2;
    public readonly delegate* unmanaged<void*, ulong, nuint, CUresult> cuMemcpyDtoH_v2;
    public readonly delegate* unmanaged<ulong, ulong, nuint, CUresult> cuMemcpyDtoD_v2;
    public readonly delegate* unmanaged<ulong, void*, nuint, nint, CUresult> cuMemcpyHtoDAsync_v2;
    public readonly delegate* unmanaged<void*, ulong, nuint, nint, CUresult> cuMemcpyDtoHAsync_v2;
    public readonly delegate* unmanaged<ulong, ulong, nuint, nint, CUresult> cuMemcpyDtoDAsync_v2;

    public readonly delegate* unmanaged<ulong, byte, nuint, CUresult> cuMemsetD8_v2;
    public readonly delegate* unmanaged<ulong, uint, nuint, CUresult> cuMemsetD32_v2;
    public readonly delegate* unmanaged<ulong, byte, nuint, nint, CUresult> cuMemsetD8Async;
    public readonly delegate* unmanaged<ulong, ushort, nuint, nint, CUresult> cuMemsetD16Async;
    public readonly delegate* unmanaged<ulong, uint, nuint, nint, CUresult> cuMemsetD32Async;

    public readonly delegate* unmanaged<nint*, uint, CUresult> cuStreamCreate;
    public readonly delegate* unmanaged<nint*, uint, int, CUresult> cuStreamCreateWithPriority;
    public readonly delegate* unmanaged<nint, CUresult> cuStreamDestroy_v2;
    public readonly delegate* unmanaged<nint, CUresult> cuStreamSynchronize;
    public readonly delegate* unmanaged<nint, CUresult> cuStreamQuery;
    public readonly delegate* unmanaged<nint, nint, uint, CUresult> cuStreamWaitEvent;
    public readonly delegate* unmanaged<nint, nint, void*, CUresult> cuLaunchHostFunc;

    public readonly delegate* unmanaged<nint*, uint, CUresult> cuEventCreate;
    public readonly delegate* unmanaged<nint, nint, CUresult> cuEventRecord;
    public readonly delegate* unmanaged<nint, CUresult> cuEventQuery;
    public readonly delegate* unmanaged<nint, CUresult> cuEventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, CUresult> cuEventElapsedTime;
    public readonly delegate* unmanaged<nint, CUresult> cuEventDestroy_v2;

    public readonly delegate* unmanaged<nint*, void*, uint, CUjit_option*, void**, CUresult> cuModuleLoadDataEx;
    public readonly delegate* unmanaged<nint, CUresult> cuModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, CUresult> cuModuleGetFunction;
    public readonly delegate* unmanaged<ulong*, nuint*, nint, byte*, CUresult> cuModuleGetGlobal_v2;
    public readonly delegate* unmanaged<nint, CUresult> cuFuncLoad;
    public readonly delegate* unmanaged<nint, nuint, nuint*, nuint*, CUresult> cuFuncGetParamInfo;
    public readonly delegate* unmanaged<int*, CUfunction_attribute, nint, CUresult> cuFuncGetAttribute;
    public readonly delegate* unmanaged<nint, CUfunction_attribute, int, CUresult> cuFuncSetAttribute;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult> cuLaunchKernel;
    public readonly delegate* unmanaged<int*, nint, int, nuint, CUresult> cuOccupancyMaxActiveBlocksPerMultiprocessor;

    public readonly delegate* unmanaged<nint, CUstreamCaptureMode, CUresult> cuStreamBeginCapture_v2;
    public readonly delegate* unmanaged<nint, nint*, CUresult> cuStreamEndCapture;
    public readonly delegate* unmanaged<nint, CUstreamCaptureStatus*, CUresult> cuStreamIsCapturing;
    public readonly delegate* unmanaged<nint, CUresult> cuGraphDestroy;
    public readonly delegate* unmanaged<nint, nint*, nuint*, CUresult> cuGraphGetNodes;
    public readonly delegate* unmanaged<nint, CUgraphNodeType*, CUresult> cuGraphNodeGetType;
    public readonly delegate* unmanaged<nint*, nint, ulong, CUresult> cuGraphInstantiateWithFlags;
    public readonly delegate* unmanaged<nint, nint, CUresult> cuGraphUpload;
    public readonly delegate* unmanaged<nint, nint, CUresult> cuGraphLaunch;
    public readonly delegate* unmanaged<nint, CUresult> cuGraphExecDestroy;
    public readonly delegate* unmanaged<nint, nint, CUgraphExecUpdateResultInfo*, CUresult> cuGraphExecUpdate_v2;

    /// <exception cref="CudaNetException">The library lacks a function that is not optional.</exception>
    public DriverCalls(NativeExports exports)
    {
        cuInit = (delegate* unmanaged<uint, CUresult>)exports.Required(nameof(cuInit));
        cuDriverGetVersion = (delegate* unmanaged<int*, CUresult>)exports.Required(nameof(cuDriverGetVersion));
        cuGetErrorName = (delegate* unmanaged<CUresult, byte**, CUresult>)exports.Required(nameof(cuGetErrorName));
        cuGetErrorString = (delegate* unmanaged<CUresult, byte**, CUresult>)exports.Required(nameof(cuGetErrorString));

        cuDeviceGetCount = (delegate* unmanaged<int*, CUresult>)exports.Required(nameof(cuDeviceGetCount));
        cuDeviceGet = (delegate* unmanaged<int*, int, CUresult>)exports.Required(nameof(cuDeviceGet));
        cuDeviceGetName = (delegate* unmanaged<byte*, int, int, CUresult>)exports.Required(nameof(cuDeviceGetName));
        cuDeviceGetUuid_v2 = (delegate* unmanaged<CUuuid*, int, CUresult>)exports.Optional(nameof(cuDeviceGetUuid_v2));
        cuDeviceGetUuid = (delegate* unmanaged<CUuuid*, int, CUresult>)exports.Required(nameof(cuDeviceGetUuid));
        cuDeviceTotalMem_v2 = (delegate* unmanaged<nuint*, int, CUresult>)exports.Required(nameof(cuDeviceTotalMem_v2));
        cuDeviceGetAttribute = (delegate* unmanaged<int*, CUdevice_attribute, int, CUresult>)exports.Required(nameof(cuDeviceGetAttribute));
        cuDeviceGetPCIBusId = (delegate* unmanaged<byte*, int, int, CUresult>)exports.Required(nameof(cuDeviceGetPCIBusId));

        cuDevicePrimaryCtxRetain = (delegate* unmanaged<nint*, int, CUresult>)exports.Required(nameof(cuDevicePrimaryCtxRetain));
        cuDevicePrimaryCtxRelease_v2 = (delegate* unmanaged<int, CUresult>)exports.Required(nameof(cuDevicePrimaryCtxRelease_v2));
        cuDevicePrimaryCtxGetState = (delegate* unmanaged<int, uint*, int*, CUresult>)exports.Required(nameof(cuDevicePrimaryCtxGetState));
        cuCtxSetCurrent = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuCtxSetCurrent));
        cuCtxGetCurrent = (delegate* unmanaged<nint*, CUresult>)exports.Required(nameof(cuCtxGetCurrent));
        cuCtxPushCurrent_v2 = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuCtxPushCurrent_v2));
        cuCtxPopCurrent_v2 = (delegate* unmanaged<nint*, CUresult>)exports.Required(nameof(cuCtxPopCurrent_v2));
        cuCtxGetDevice = (delegate* unmanaged<int*, CUresult>)exports.Required(nameof(cuCtxGetDevice));
        cuCtxSynchronize = (delegate* unmanaged<CUresult>)exports.Required(nameof(cuCtxSynchronize));

        cuMemGetInfo_v2 = (delegate* unmanaged<nuint*, nuint*, CUresult>)exports.Required(nameof(cuMemGetInfo_v2));
        cuMemAlloc_v2 = (delegate* unmanaged<ulong*, nuint, CUresult>)exports.Required(nameof(cuMemAlloc_v2));
        cuMemFree_v2 = (delegate* unmanaged<ulong, CUresult>)exports.Required(nameof(cuMemFree_v2));
        cuMemHostAlloc = (delegate* unmanaged<void**, nuint, uint, CUresult>)exports.Required(nameof(cuMemHostAlloc));
        cuMemFreeHost = (delegate* unmanaged<void*, CUresult>)exports.Required(nameof(cuMemFreeHost));
        cuMemHostRegister_v2 = (delegate* unmanaged<void*, nuint, uint, CUresult>)exports.Required(nameof(cuMemHostRegister_v2));
        cuMemHostUnregister = (delegate* unmanaged<void*, CUresult>)exports.Required(nameof(cuMemHostUnregister));
        cuMemHostGetDevicePointer_v2 = (delegate* unmanaged<ulong*, void*, uint, CUresult>)exports.Required(nameof(cuMemHostGetDevicePointer_v2));
        cuPointerGetAttribute = (delegate* unmanaged<void*, CUpointer_attribute, ulong, CUresult>)exports.Required(nameof(cuPointerGetAttribute));
        cuMemGetAddressRange_v2 = (delegate* unmanaged<ulong*, nuint*, ulong, CUresult>)exports.Required(nameof(cuMemGetAddressRange_v2));

        cuMemcpyHtoD_v2 = (delegate* unmanaged<ulong, void*, nuint, CUresult>)exports.Required(nameof(cuMemcpyHtoD_v2));
        cuMemcpyDtoH_v2 = (delegate* unmanaged<void*, ulong, nuint, CUresult>)exports.Required(nameof(cuMemcpyDtoH_v2));
        cuMemcpyDtoD_v2 = (delegate* unmanaged<ulong, ulong, nuint, CUresult>)exports.Required(nameof(cuMemcpyDtoD_v2));
        cuMemcpyHtoDAsync_v2 = (delegate* unmanaged<ulong, void*, nuint, nint, CUresult>)exports.Required(nameof(cuMemcpyHtoDAsync_v2));
        cuMemcpyDtoHAsync_v2 = (delegate* unmanaged<void*, ulong, nuint, nint, CUresult>)exports.Required(nameof(cuMemcpyDtoHAsync_v2));
        cuMemcpyDtoDAsync_v2 = (delegate* unmanaged<ulong, ulong, nuint, nint, CUresult>)exports.Required(nameof(cuMemcpyDtoDAsync_v2));

        cuMemsetD8_v2 = (delegate* unmanaged<ulong, byte, nuint, CUresult>)exports.Required(nameof(cuMemsetD8_v2));
        cuMemsetD32_v2 = (delegate* unmanaged<ulong, uint, nuint, CUresult>)exports.Required(nameof(cuMemsetD32_v2));
        cuMemsetD8Async = (delegate* unmanaged<ulong, byte, nuint, nint, CUresult>)exports.Required(nameof(cuMemsetD8Async));
        cuMemsetD16Async = (delegate* unmanaged<ulong, ushort, nuint, nint, CUresult>)exports.Required(nameof(cuMemsetD16Async));
        cuMemsetD32Async = (delegate* unmanaged<ulong, uint, nuint, nint, CUresult>)exports.Required(nameof(cuMemsetD32Async));

        cuStreamCreate = (delegate* unmanaged<nint*, uint, CUresult>)exports.Required(nameof(cuStreamCreate));
        cuStreamCreateWithPriority = (delegate* unmanaged<nint*, uint, int, CUresult>)exports.Required(nameof(cuStreamCreateWithPriority));
        cuStreamDestroy_v2 = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuStreamDestroy_v2));
        cuStreamSynchronize = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuStreamSynchronize));
        cuStreamQuery = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuStreamQuery));
        cuStreamWaitEvent = (delegate* unmanaged<nint, nint, uint, CUresult>)exports.Required(nameof(cuStreamWaitEvent));
        cuLaunchHostFunc = (delegate* unmanaged<nint, nint, void*, CUresult>)exports.Required(nameof(cuLaunchHostFunc));

        cuEventCreate = (delegate* unmanaged<nint*, uint, CUresult>)exports.Required(nameof(cuEventCreate));
        cuEventRecord = (delegate* unmanaged<nint, nint, CUresult>)exports.Required(nameof(cuEventRecord));
        cuEventQuery = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuEventQuery));
        cuEventSynchronize = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuEventSynchronize));
        cuEventElapsedTime = (delegate* unmanaged<float*, nint, nint, CUresult>)exports.Required(nameof(cuEventElapsedTime));
        cuEventDestroy_v2 = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuEventDestroy_v2));

        cuModuleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, CUjit_option*, void**, CUresult>)exports.Required(nameof(cuModuleLoadDataEx));
        cuModuleUnload = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuModuleUnload));
        cuModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, CUresult>)exports.Required(nameof(cuModuleGetFunction));
        cuModuleGetGlobal_v2 = (delegate* unmanaged<ulong*, nuint*, nint, byte*, CUresult>)exports.Required(nameof(cuModuleGetGlobal_v2));
        cuFuncLoad = (delegate* unmanaged<nint, CUresult>)exports.Optional(nameof(cuFuncLoad));
        cuFuncGetParamInfo = (delegate* unmanaged<nint, nuint, nuint*, nuint*, CUresult>)exports.Optional(nameof(cuFuncGetParamInfo));
        cuFuncGetAttribute = (delegate* unmanaged<int*, CUfunction_attribute, nint, CUresult>)exports.Required(nameof(cuFuncGetAttribute));
        cuFuncSetAttribute = (delegate* unmanaged<nint, CUfunction_attribute, int, CUresult>)exports.Required(nameof(cuFuncSetAttribute));
        cuLaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult>)exports.Required(nameof(cuLaunchKernel));
        cuOccupancyMaxActiveBlocksPerMultiprocessor = (delegate* unmanaged<int*, nint, int, nuint, CUresult>)exports.Required(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor));

        cuStreamBeginCapture_v2 = (delegate* unmanaged<nint, CUstreamCaptureMode, CUresult>)exports.Required(nameof(cuStreamBeginCapture_v2));
        cuStreamEndCapture = (delegate* unmanaged<nint, nint*, CUresult>)exports.Required(nameof(cuStreamEndCapture));
        cuStreamIsCapturing = (delegate* unmanaged<nint, CUstreamCaptureStatus*, CUresult>)exports.Required(nameof(cuStreamIsCapturing));
        cuGraphDestroy = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuGraphDestroy));
        cuGraphGetNodes = (delegate* unmanaged<nint, nint*, nuint*, CUresult>)exports.Required(nameof(cuGraphGetNodes));
        cuGraphNodeGetType = (delegate* unmanaged<nint, CUgraphNodeType*, CUresult>)exports.Required(nameof(cuGraphNodeGetType));
        cuGraphInstantiateWithFlags = (delegate* unmanaged<nint*, nint, ulong, CUresult>)exports.Required(nameof(cuGraphInstantiateWithFlags));
        cuGraphUpload = (delegate* unmanaged<nint, nint, CUresult>)exports.Required(nameof(cuGraphUpload));
        cuGraphLaunch = (delegate* unmanaged<nint, nint, CUresult>)exports.Required(nameof(cuGraphLaunch));
        cuGraphExecDestroy = (delegate* unmanaged<nint, CUresult>)exports.Required(nameof(cuGraphExecDestroy));
        cuGraphExecUpdate_v2 = (delegate* unmanaged<nint, nint, CUgraphExecUpdateResultInfo*, CUresult>)exports.Optional(nameof(cuGraphExecUpdate_v2));
        exports.ThrowIfIncomplete();
    }
}
