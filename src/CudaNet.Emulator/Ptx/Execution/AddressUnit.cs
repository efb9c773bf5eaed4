using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Addresses of frames and windows, and the clock.</summary>
internal static unsafe class AddressUnit
{
    internal readonly struct LowWord : IUnary<uint, ulong>
    {
        public static uint Do(ulong a) => (uint)a;
    }

    /// <summary>An address in the frame of the function that runs.</summary>
    public static void Frame<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(w.Slots + i->Destination, lane, T.CreateTruncating(Lanes.Read<ulong>(w.Slots + RegisterFile.Frame, lane) + (ulong)i->Immediate));
        }
    }

    /// <summary>To a generic address: adds the window, or (with no window) nothing.</summary>
    public static void ToGeneric(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(w.Slots + i->Destination, lane, Lanes.Read<ulong>(w.Slots + i->A, lane) | (ulong)i->Immediate);
        }
    }

    /// <summary>From a generic address: takes the window off.</summary>
    public static void FromGeneric(Warp w, Instruction* i)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(w.Slots + i->Destination, lane, Lanes.Read<ulong>(w.Slots + i->A, lane) & ~(ulong)i->Immediate);
        }
    }

    /// <summary>True where the generic address A lies in the window of <see cref="Instruction.Immediate"/>.</summary>
    public static void IsInWindow(Warp w, Instruction* i)
    {
        ulong window = (ulong)i->Immediate;
        Ask(w, i, address => (address & KernelProgram.WindowMask) == window);
    }

    /// <summary>Device memory, but for what the module keeps its constants in.</summary>
    public static void IsGlobal(Warp w, Instruction* i) => Ask(w, i, address => (address & KernelProgram.WindowMask) == 0 && !IsConstant(w, address));

    public static void IsConstant(Warp w, Instruction* i) => Ask(w, i, address => IsConstant(w, address));

    private static bool IsConstant(Warp w, ulong address) => w.Launch.Launch.Variables.Any(
        placed => placed.Key.Space == PtxStateSpace.Const && address >= placed.Value && address - placed.Value < (ulong)placed.Key.Size);

    private static void Ask(Warp w, Instruction* i, Func<ulong, bool> question)
    {
        uint result = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            result |= question(Lanes.Read<ulong>(w.Slots + i->A, lane)) ? 1u << lane : 0;
        }

        w.WritePredicate(i->Destination, result);
    }

    /// <summary>Nanoseconds since the launch started for timers, the launch's event count for clocks.</summary>
    public static void Clock<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        PtxSpecialRegister register = (PtxSpecialRegister)i->Immediate;
        ulong value = register is PtxSpecialRegister.Clock or PtxSpecialRegister.ClockHi or PtxSpecialRegister.Clock64
            ? w.Launch.Clock()
            : (ulong)w.Launch.ElapsedNanoseconds;
        value = register is PtxSpecialRegister.ClockHi or PtxSpecialRegister.GlobalTimerHi ? value >> 32 : value;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            Lanes.Write(w.Slots + i->Destination, Lanes.First(m), T.CreateTruncating(value));
        }
    }
}
