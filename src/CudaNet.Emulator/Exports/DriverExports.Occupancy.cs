using CudaNet.Emulator.Device;
using CudaNet.Emulator.Modules;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* numBlocks, nint func, int blockSize, nuint dynamicSMemSize)
        => ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor), numBlocks, func, blockSize, dynamicSMemSize, 0);

    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* numBlocks, nint func, int blockSize, nuint dynamicSMemSize, uint flags)
        => ActiveBlocks(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags), numBlocks, func, blockSize, dynamicSMemSize, flags);

    public static CUresult cuOccupancyMaxPotentialBlockSize(int* minGridSize, int* blockSize, nint func, nint blockSizeToDynamicSMemSize, nuint dynamicSMemSize, int blockSizeLimit)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuOccupancyMaxPotentialBlockSize));
        if (call.Refuse(invalid: minGridSize == null || blockSize == null) is { } refused)
        {
            return refused;
        }

        if (Function(call, func, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        var sharedOf = (delegate* unmanaged<int, nuint>)blockSizeToDynamicSMemSize;
        (int blocks, int threads) = Occupancy.Best(function, blockSizeLimit, size => sharedOf == null ? (long)dynamicSMemSize : (long)sharedOf(size));
        *minGridSize = blocks;
        *blockSize = threads;
        return CUDA_SUCCESS;
    }

    public static CUresult cuOccupancyAvailableDynamicSMemPerBlock(nuint* dynamicSmemSize, nint func, int numBlocks, int blockSize)
    {
        using NativeCall call = NativeCall.Enter(nameof(cuOccupancyAvailableDynamicSMemPerBlock));
        if (call.Refuse(invalid: dynamicSmemSize == null || numBlocks <= 0 || blockSize <= 0) is { } refused)
        {
            return refused;
        }

        if (Function(call, func, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        if (Occupancy.Blocks(function, blockSize, 0) < numBlocks)
        {
            return CUDA_ERROR_INVALID_VALUE;
        }

        *dynamicSmemSize = (nuint)Occupancy.AvailableSharedBytes(function, numBlocks);
        return CUDA_SUCCESS;
    }

    private static CUresult ActiveBlocks(string name, int* numBlocks, nint func, int blockSize, nuint dynamicSharedBytes, uint flags)
    {
        using NativeCall call = NativeCall.Enter(name);
        if (call.Refuse(invalid: numBlocks == null || blockSize <= 0 || flags > 1) is { } refused)
        {
            return refused;
        }

        if (Function(call, func, out EmulatedFunction function) is not CUDA_SUCCESS and var missing)
        {
            return missing;
        }

        *numBlocks = Occupancy.Blocks(function, blockSize, (long)Math.Min(dynamicSharedBytes, int.MaxValue));
        return CUDA_SUCCESS;
    }
}
