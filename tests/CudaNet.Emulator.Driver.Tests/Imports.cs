using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>The driver as bindings in C# declare it: imports by exported name from <c>nvcuda</c>, structures for handles, status numbers.</summary>
internal static partial class Imports
{
    private const string Driver = "nvcuda";

    static Imports() => PublishedLibrary.Bind(typeof(Imports).Assembly);

    [LibraryImport(Driver)]
    public static partial int cuInit(uint flags);

    [LibraryImport(Driver)]
    public static partial int cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Driver)]
    public static partial int cuDeviceComputeCapability(out int major, out int minor, int device);

    [LibraryImport(Driver)]
    public static partial int cuDevicePrimaryCtxRetain(out Handle context, int device);

    [LibraryImport(Driver)]
    public static partial int cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Driver)]
    public static partial int cuDevicePrimaryCtxGetState(int device, out uint flags, out int active);

    [LibraryImport(Driver)]
    public static partial int cuCtxSetCurrent(Handle context);

    [LibraryImport(Driver)]
    public static partial int cuCtxGetSharedMemConfig(out int config);

    [LibraryImport(Driver)]
    public static partial int cuCtxSynchronize();

    [LibraryImport(Driver)]
    public static partial int cuModuleLoadDataEx(out Handle module, byte[] image, uint count, int[]? options, nint[]? values);

    [LibraryImport(Driver, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int cuModuleGetFunction(out Handle function, Handle module, string name);

    [LibraryImport(Driver)]
    public static partial int cuModuleUnload(Handle module);

    [LibraryImport(Driver)]
    public static partial int cuMemAlloc_v2(out ulong address, nuint bytes);

    [LibraryImport(Driver)]
    public static partial int cuMemAllocPitch_v2(out ulong address, out nuint pitch, nuint width, nuint height, uint elementBytes);

    [LibraryImport(Driver)]
    public static partial int cuMemFree_v2(ulong address);

    [LibraryImport(Driver)]
    public static partial int cuMemsetD2D32_v2(ulong address, nuint pitch, uint value, nuint width, nuint height);

    [LibraryImport(Driver)]
    public static partial int cuMemcpyHtoD_v2(ulong destination, float[] source, nuint bytes);

    [LibraryImport(Driver)]
    public static partial int cuMemcpyDtoH_v2([Out] float[] destination, ulong source, nuint bytes);

    [LibraryImport(Driver)]
    public static partial int cuStreamCreate(out Handle stream, uint flags);

    [LibraryImport(Driver)]
    public static partial int cuStreamDestroy_v2(Handle stream);

    [LibraryImport(Driver)]
    public static partial int cuStreamSynchronize(Handle stream);

    [LibraryImport(Driver)]
    public static partial int cuEventCreate(out Handle made, uint flags);

    [LibraryImport(Driver)]
    public static partial int cuEventRecord(Handle mark, Handle stream);

    [LibraryImport(Driver)]
    public static partial int cuEventDestroy_v2(Handle made);

    [LibraryImport(Driver)]
    public static partial int cuLaunchKernel(
        Handle function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, Handle stream, nint[] parameters, nint[]? extra);

    /// <summary>Any of the driver's handles.</summary>
    public struct Handle
    {
        public nint Pointer;
    }
}
