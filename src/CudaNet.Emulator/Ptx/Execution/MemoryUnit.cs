using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Loads and stores: addresses, alignment and bounds, records for races, counts, and then the bytes. A is the address register, B what is stored, the
/// destination what is loaded (or, for vectors, the registers of <see cref="Instruction.Extra"/>).
/// </summary>
internal static unsafe class MemoryUnit
{
    public static void LoadGlobal(Warp w, Instruction* i)
    {
        Address(w, i);
        Global(w, i, false);
    }

    public static void StoreGlobal(Warp w, Instruction* i)
    {
        RequireStored(w, i);
        Address(w, i);
        Global(w, i, true);
    }

    public static void LoadShared(Warp w, Instruction* i)
    {
        Address(w, i);
        Shared(w, i, false);
    }

    public static void StoreShared(Warp w, Instruction* i)
    {
        RequireStored(w, i);
        Address(w, i);
        Shared(w, i, true);
    }

    public static void LoadLocal(Warp w, Instruction* i)
    {
        Address(w, i);
        Local(w, i, false);
    }

    public static void StoreLocal(Warp w, Instruction* i)
    {
        RequireStored(w, i);
        Address(w, i);
        Local(w, i, true);
    }

    /// <summary>A kernel parameter at an offset known when it was decoded: the same for all lanes.</summary>
    public static void LoadParameter(Warp w, Instruction* i)
    {
        Address(w, i);
        Parameter(w, i);
    }

    /// <summary>Constants lie in device memory, and are the same for all blocks; nothing writes them.</summary>
    public static void LoadConstant(Warp w, Instruction* i)
    {
        Address(w, i);
        int bytes = Bytes(i);
        MemoryRange range = Resolve(w, i, bytes, false, out bool contiguous);
        Transfer.Load(w, i, range.Host - range.Start, 0, contiguous);
    }

    public static void LoadGeneric(Warp w, Instruction* i) => Generic(w, i, false);

    public static void StoreGeneric(Warp w, Instruction* i)
    {
        RequireStored(w, i);
        Generic(w, i, true);
    }

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

    public static void RequireStored(Warp w, Instruction* i)
    {
        if (i->ExtraCount != 0 && w.Launch.Options.CheckInitialisation)
        {
            for (int element = 0; element < i->ExtraCount; element++)
            {
                w.RequireWritten(i, w.Launch.Program.Extras[i->Extra + element]);
            }
        }
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

    private static void Global(Warp w, Instruction* i, bool writes)
    {
        uint all = w.Mask;
        int bytes = Bytes(i);
        for (uint left = all; left != 0; left &= ~w.Mask)
        {
            w.Mask = left;
            MemoryRange range = Resolve(w, i, bytes, writes, out bool contiguous);
            contiguous &= w.Mask == Lanes.All;
            AccessShape.CountSectors(w, bytes, contiguous);
            long moved = (long)BitOperations.PopCount(w.Mask) * bytes;
            if (writes)
            {
                w.Launch.Memories.Stored += moved;
                GlobalShadow.Write(w, i, range, bytes, 0);
                Transfer.Store(w, i, range.Host - range.Start, 0, contiguous);
            }
            else
            {
                w.Launch.Memories.Loaded += moved;
                GlobalShadow.Read(w, i, range, bytes);
                Transfer.Load(w, i, range.Host - range.Start, 0, contiguous);
            }
        }

        w.Mask = all;
    }

    private static void Shared(Warp w, Instruction* i, bool writes)
    {
        int bytes = Bytes(i);
        CheckWindow(w, i, bytes, w.Launch.Shared.Bytes, writes, "shared");
        bool contiguous = AccessShape.IsContiguous(w, bytes);
        AccessShape.CountPasses(w, bytes, contiguous);
        if (writes)
        {
            SharedShadow.Write(w, i, bytes, 0);
            Transfer.Store(w, i, w.Launch.Shared.Data, 0, contiguous);
        }
        else
        {
            SharedShadow.Read(w, i, bytes);
            Transfer.Load(w, i, w.Launch.Shared.Data, 0, contiguous);
        }
    }

    private static void Local(Warp w, Instruction* i, bool writes)
    {
        CheckWindow(w, i, Bytes(i), w.LocalBytes, writes, "local");
        if (writes)
        {
            Transfer.Store(w, i, w.Local, w.LocalBytes, false);
        }
        else
        {
            Transfer.Load(w, i, w.Local, w.LocalBytes, false);
        }
    }

    private static void Parameter(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            w.Addresses[Lanes.First(m)] &= ~KernelProgram.WindowMask;
        }

        CheckWindow(w, i, Bytes(i), w.Launch.ParameterBytes, false, "parameter");
        Transfer.Load(w, i, w.Launch.Parameters, 0, false);
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

    private static void Generic(Warp w, Instruction* i, bool writes)
    {
        uint all = w.Mask;
        Address(w, i);
        uint left = all;
        while (left != 0)
        {
            w.Mask = left;
            ulong window = TakeWindow(w);
            left &= ~w.Mask;
            switch (window)
            {
                case KernelProgram.SharedWindow:
                    w.Launch.Count(InstructionKind.Shared, w.Mask);
                    Shared(w, i, writes);
                    break;
                case KernelProgram.LocalWindow:
                    w.Launch.Count(InstructionKind.Local, w.Mask);
                    Local(w, i, writes);
                    break;
                case KernelProgram.ParameterWindow when !writes:
                    w.Launch.Count(InstructionKind.Constant, w.Mask);
                    Parameter(w, i);
                    break;
                default:
                    w.Launch.Count(InstructionKind.Global, w.Mask);
                    Global(w, i, writes);
                    break;
            }
        }

        w.Mask = all;
    }
}
