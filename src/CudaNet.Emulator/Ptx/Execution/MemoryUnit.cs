using System.Numerics;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// Loads and stores: addresses, alignment and bounds, records for races, counts, and then the bytes. A is the address register, B what is stored, the
/// destination what is loaded (or, for vectors, the registers of <see cref="Instruction.Extra"/>).
/// </summary>
internal static unsafe partial class MemoryUnit
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

            if (!i->IsWeak)
            {
                Ordering.Access(w, i, !writes, writes, false);
            }

            if (writes && range.IsOfHost)
            {
                HostPublication.Stored(w, i);
            }
        }

        w.Mask = all;
    }

    private static void Shared(Warp w, Instruction* i, bool writes)
    {
        int bytes = Bytes(i);
        CheckWindow(w, i, bytes, w.Block.Shared.Bytes, writes, "shared");
        bool contiguous = AccessShape.IsContiguous(w, bytes);
        AccessShape.CountPasses(w, bytes, contiguous);
        if (writes)
        {
            SharedShadow.Write(w, i, bytes, 0);
            Transfer.Store(w, i, w.Block.Shared.Data, 0, contiguous);
        }
        else
        {
            SharedShadow.Read(w, i, bytes);
            Transfer.Load(w, i, w.Block.Shared.Data, 0, contiguous);
        }

        if (!i->IsWeak)
        {
            Ordering.Access(w, i, !writes, writes, true);
        }
    }

    private static void Local(Warp w, Instruction* i, bool writes)
    {
        int bytes = Bytes(i);
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            if (!w.Locals.IsInVariable(lane, w.Addresses[lane], bytes))
            {
                throw Faults.OutsideVariable(w, i, lane, bytes, writes);
            }
        }

        CheckWindow(w, i, bytes, w.LocalBytes, writes, "local");

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
