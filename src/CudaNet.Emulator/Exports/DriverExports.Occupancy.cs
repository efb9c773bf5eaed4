using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class DriverExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* numBlocks, nint func, int blockSize, nuint dynamicSMemSize) => Unimplemented.Answer(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessor));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags))]
    public static CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* numBlocks, nint func, int blockSize, nuint dynamicSMemSize, uint flags) => Unimplemented.Answer(nameof(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyMaxPotentialBlockSize))]
    public static CUresult cuOccupancyMaxPotentialBlockSize(int* minGridSize, int* blockSize, nint func, nint blockSizeToDynamicSMemSize, nuint dynamicSMemSize, int blockSizeLimit) => Unimplemented.Answer(nameof(cuOccupancyMaxPotentialBlockSize));

    [UnmanagedCallersOnly(EntryPoint = nameof(cuOccupancyAvailableDynamicSMemPerBlock))]
    public static CUresult cuOccupancyAvailableDynamicSMemPerBlock(nuint* dynamicSmemSize, nint func, int numBlocks, int blockSize) => Unimplemented.Answer(nameof(cuOccupancyAvailableDynamicSMemPerBlock));
}
