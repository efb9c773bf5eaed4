using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Modules;

/// <summary>How many blocks of a function are resident on a multiprocessor, by threads, shared memory and registers.</summary>
internal static class Occupancy
{
    private const int WarpSize = 32;

    /// <summary>The blocks; 0 where not even one fits.</summary>
    public static int Blocks(EmulatedFunction function, int threads, long dynamicSharedBytes)
    {
        EmulatedDeviceProfile profile = function.Profile;
        int rounded = RoundUp(threads, WarpSize);
        if (threads > function.MaxThreadsPerBlock || dynamicSharedBytes > function.DynamicSharedLimit)
        {
            return 0;
        }

        long shared = function.Kernel.StaticSharedBytes + dynamicSharedBytes + profile.ReservedSharedBytesPerBlock;
        long byShared = shared == 0 ? int.MaxValue : profile.SharedBytesPerMultiprocessor / shared;
        int byThreads = profile.ThreadsPerMultiprocessor / rounded;
        int byRegisters = profile.Registers / (function.Registers * rounded);
        return (int)Math.Min(Math.Min(byShared, byThreads), Math.Min(byRegisters, profile.BlocksPerMultiprocessor));
    }

    /// <summary>The block size that keeps most threads resident, the larger of equals, and the blocks of a full device.</summary>
    /// <param name="function">The function.</param>
    /// <param name="limit">The largest size; 0: the function's own limit.</param>
    /// <param name="dynamicSharedBytes">What a block of a size asks for.</param>
    public static (int Blocks, int Threads) Best(EmulatedFunction function, int limit, Func<int, long> dynamicSharedBytes)
    {
        int most = limit <= 0 ? function.MaxThreadsPerBlock : Math.Min(limit, function.MaxThreadsPerBlock);
        (int Blocks, int Threads) best = (0, 0);
        for (int threads = RoundUp(most, WarpSize); threads > 0; threads -= WarpSize)
        {
            int size = Math.Min(threads, most);
            int blocks = Blocks(function, size, dynamicSharedBytes(size));
            if (blocks * size > best.Blocks * best.Threads)
            {
                best = (blocks, size);
            }
        }

        return (best.Blocks * function.Profile.Multiprocessors, best.Threads);
    }

    /// <summary>The dynamic shared memory of each block, in bytes, with so many blocks on a multiprocessor.</summary>
    public static long AvailableSharedBytes(EmulatedFunction function, int blocks)
    {
        EmulatedDeviceProfile profile = function.Profile;
        long share = (profile.SharedBytesPerMultiprocessor / blocks) - profile.ReservedSharedBytesPerBlock - function.Kernel.StaticSharedBytes;
        return Math.Clamp(share, 0, profile.SharedBytesPerBlockOptIn - function.Kernel.StaticSharedBytes);
    }

    private static int RoundUp(int value, int to) => (value + to - 1) / to * to;
}
