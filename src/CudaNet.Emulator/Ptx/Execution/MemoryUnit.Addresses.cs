using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Addresses of a memory instruction: computed, checked, found in ranges and windows.</summary>
internal static unsafe partial class MemoryUnit
{
    /// <summary>Computes the lanes' addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Address(Warp w, Instruction* i)
    {
        byte* a = w.Slots + i->A;
        if ((i->Traits & InstructionTraits.WideAddress) != 0)
        {
            Vector256<ulong> offset = Vector256.Create((ulong)i->Immediate);
            for (int k = 0; k < 8; k++)
            {
                (Vector256.Load((ulong*)(a + (k << 5))) + offset).Store(w.Addresses + (k << 2));
            }
        }
        else
        {
            for (int lane = 0; lane < 32; lane++)
            {
                w.Addresses[lane] = (uint)(Lanes.Read<uint>(a, lane) + i->Immediate);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bytes(Instruction* i) => i->Size * Math.Max(1, i->ExtraCount);

    /// <summary>The one range that all lanes' bytes lie in; the lanes of <see cref="Warp.Mask"/> are narrowed to those of one range where there are several.</summary>
    /// <exception cref="DeviceFault">An address is misaligned, or in no live range.</exception>
    public static MemoryRange Resolve(Warp w, Instruction* i, int bytes, bool writes, out bool contiguous)
    {
        contiguous = AccessShape.IsContiguous(w, bytes);
        ulong low = ulong.MaxValue;
        ulong high = 0;
        ulong bits = 0;
        if (contiguous)
        {
            low = bits = w.Addresses[0];
            high = w.Addresses[31];
        }
        else
        {
            for (uint m = w.Mask; m != 0; m &= m - 1)
            {
                ulong address = w.Addresses[Lanes.First(m)];
                low = Math.Min(low, address);
                high = Math.Max(high, address);
                bits |= address;
            }
        }

        ulong alignment = 1ul << i->AlignmentLog;
        if ((bits & (alignment - 1)) != 0)
        {
            throw Faults.Misaligned(w, i, alignment, writes);
        }

        ref MemoryRange? known = ref w.Launch.Ranges[i - w.Launch.Program.Code];
        if (known is not null && low >= known.Start && high + (ulong)bytes <= known.End && high < ulong.MaxValue - 64)
        {
            return known;
        }

        return known = FindRange(w, i, bytes, writes);
    }

    /// <summary>The range of the first lane's bytes; lanes whose bytes lie elsewhere are taken off the mask.</summary>
    private static MemoryRange FindRange(Warp w, Instruction* i, int bytes, bool writes)
    {
        MemoryRange? first = null;
        uint same = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong address = w.Addresses[lane];
            if (first is null || address < first.Start || address >= first.End)
            {
                MemoryRange? range = w.Launch.Memory.Find(address);
                if (range is null || range.IsFreed || address + (ulong)bytes > range.End)
                {
                    throw Faults.BadAddress(w, i, lane, bytes, writes, range);
                }

                first ??= range;
            }
            else if (address + (ulong)bytes > first.End)
            {
                throw Faults.BadAddress(w, i, lane, bytes, writes, first);
            }

            same |= address >= first.Start && address < first.End ? 1u << lane : 0;
        }

        w.Mask = same;
        return first!;
    }

    /// <summary>Lanes whose addresses lie in the same window as the first one's, with addresses in that window.</summary>
    public static ulong TakeWindow(Warp w)
    {
        ulong window = w.Addresses[Lanes.First(w.Mask)] & KernelProgram.WindowMask;
        uint same = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            same |= (w.Addresses[lane] & KernelProgram.WindowMask) == window ? 1u << lane : 0;
        }

        w.Mask = same;
        if (window is KernelProgram.SharedWindow or KernelProgram.LocalWindow)
        {
            for (uint m = same; m != 0; m &= m - 1)
            {
                w.Addresses[Lanes.First(m)] &= ~KernelProgram.WindowMask;
            }
        }

        return window;
    }

    /// <summary>Alignment and bounds of a space that starts at zero.</summary>
    public static void CheckWindow(Warp w, Instruction* i, int bytes, int size, bool writes, string space)
    {
        ulong bits = 0;
        ulong high = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            ulong address = w.Addresses[Lanes.First(m)];
            bits |= address;
            high = Math.Max(high, address);
        }

        if ((bits & ((1ul << i->AlignmentLog) - 1)) != 0)
        {
            throw Faults.Misaligned(w, i, 1ul << i->AlignmentLog, writes);
        }

        if (high > (ulong)size || high + (ulong)bytes > (ulong)size)
        {
            throw Faults.OutsideWindow(w, i, bytes, size, writes, space);
        }
    }
}
