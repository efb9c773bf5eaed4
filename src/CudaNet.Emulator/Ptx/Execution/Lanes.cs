using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Reads and writes of a slot's lanes, and vectors of lane masks.</summary>
internal static unsafe class Lanes
{
    public const uint All = uint.MaxValue;

    /// <summary>The low bytes of a lane, as the type takes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* slot, int lane)
        where T : unmanaged => *(T*)(slot + (sizeof(T) == 8 ? lane << 3 : lane << 2));

    /// <summary>Writes a lane; what is narrower than 4 bytes gets zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(byte* slot, int lane, T value)
        where T : unmanaged
    {
        if (sizeof(T) == 8)
        {
            *(T*)(slot + (lane << 3)) = value;
        }
        else if (sizeof(T) == 4)
        {
            *(T*)(slot + (lane << 2)) = value;
        }
        else if (sizeof(T) == 2)
        {
            *(uint*)(slot + (lane << 2)) = Unsafe.BitCast<T, ushort>(value);
        }
        else
        {
            *(uint*)(slot + (lane << 2)) = Unsafe.BitCast<T, byte>(value);
        }
    }

    /// <summary>All ones in the 32-bit lanes of the mask's 8 bits from <paramref name="shift"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Expand(uint mask, int shift)
    {
        Vector256<uint> bits = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(Vector256.Create(mask >> shift) & bits, bits);
    }

    /// <summary>All ones in the 64-bit lanes of the mask's 4 bits from <paramref name="shift"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ExpandWide(uint mask, int shift)
    {
        Vector256<ulong> bits = Vector256.Create(1ul, 2, 4, 8);
        return Vector256.Equals(Vector256.Create((ulong)(mask >> shift)) & bits, bits);
    }

    /// <summary>Stores vector <paramref name="k"/> of a slot, only the lanes of the mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(byte* slot, int k, Vector256<T> value, uint mask)
        where T : unmanaged
    {
        byte* at = slot + (k << 5);
        if (mask == All)
        {
            value.Store((T*)at);
        }
        else if (sizeof(T) == 8)
        {
            Vector256.ConditionalSelect(ExpandWide(mask, k << 2), value.AsUInt64(), Vector256.Load((ulong*)at)).Store((ulong*)at);
        }
        else
        {
            Vector256.ConditionalSelect(Expand(mask, k << 3), value.AsUInt32(), Vector256.Load((uint*)at)).Store((uint*)at);
        }
    }

    /// <summary>Each 32-bit lane shifted by its own count, counts above 31 giving zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftLeft(Vector256<uint> value, Vector256<uint> count)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ShiftLeftLogicalVariable(value, count);
        }

        Vector256<uint> result = default;
        for (int lane = 0; lane < 8; lane++)
        {
            result = result.WithElement(lane, count[lane] < 32 ? value[lane] << (int)count[lane] : 0);
        }

        return result;
    }

    /// <summary>Each 32-bit lane shifted by its own count, counts above 31 giving zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftRight(Vector256<uint> value, Vector256<uint> count)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ShiftRightLogicalVariable(value, count);
        }

        Vector256<uint> result = default;
        for (int lane = 0; lane < 8; lane++)
        {
            result = result.WithElement(lane, count[lane] < 32 ? value[lane] >> (int)count[lane] : 0);
        }

        return result;
    }

    /// <summary>The lowest lane of a mask that is not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int First(uint mask) => BitOperations.TrailingZeroCount(mask);
}
