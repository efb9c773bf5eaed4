using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A kernel and the functions it calls, decoded: made once for a kernel, used by all its launches, on any thread.</summary>
internal sealed unsafe class KernelProgram
{
    /// <summary>Generic addresses from here on are shared memory's; the windows lie above all addresses of allocations.</summary>
    public const ulong SharedWindow = 0x0100_0000_0000_0000;
    public const ulong LocalWindow = 0x0200_0000_0000_0000;
    public const ulong ParameterWindow = 0x0300_0000_0000_0000;
    public const ulong WindowMask = 0xFF00_0000_0000_0000;

    /// <summary>Room for the frames of a recursion, bytes a thread.</summary>
    private const int RecursiveLocalBytes = 64 * 1024;

    private static readonly ConditionalWeakTable<PtxKernel, KernelProgram> Programs = [];

    private readonly Instruction[] _code;
    private readonly int[] _extras;

    public KernelProgram(PtxKernel kernel, Instruction[] code, int[] extras)
    {
        Kernel = kernel;
        _code = GC.AllocateArray<Instruction>(code.Length, pinned: true);
        code.CopyTo(_code, 0);
        _extras = GC.AllocateArray<int>(Math.Max(1, extras.Length), pinned: true);
        extras.CopyTo(_extras, 0);
        Code = (Instruction*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_code));
        Extras = (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_extras));
    }

    public PtxKernel Kernel { get; }

    public Instruction* Code { get; }

    public int Length => _code.Length;

    /// <summary>Slots that instructions with many operands name; see <see cref="Instruction.Extra"/>.</summary>
    public int* Extras { get; }

    /// <summary>The registers that the instruction names beside its operands.</summary>
    public ReadOnlySpan<int> ExtrasOf(Instruction* i) => new(Extras + i->Extra, i->ExtraCount);

    public required int Entry { get; init; }

    /// <summary>The frame of the kernel itself, at the start of local memory.</summary>
    public required FrameLayout EntryFrame { get; init; }

    /// <summary>The bytes of a warp's register file.</summary>
    public required int FileBytes { get; init; }

    public required IReadOnlyList<ConstantSlot> Constants { get; init; }

    public required IReadOnlyList<SymbolSlot> Symbols { get; init; }

    public required IReadOnlyList<SpecialSlot> Specials { get; init; }

    public required IReadOnlyList<CallSite> Calls { get; init; }

    /// <summary>The instructions of the text behind <see cref="Instruction.Origin"/>.</summary>
    public required IReadOnlyList<PtxInstruction> Origins { get; init; }

    /// <summary>The instructions that touch memory, by page and <see cref="Instruction.MemoryNumber"/>.</summary>
    public required IReadOnlyList<int> MemoryOrigins { get; init; }

    /// <summary>The instructions of device memory: loads, stores, atomic operations, generic ones included, by their places.</summary>
    public IEnumerable<int> MemoryInstructions =>
        Enumerable.Range(0, _code.Length).Where(at => _code[at] is { Size: > 0, Kind: InstructionKind.Global or InstructionKind.Atomic or InstructionKind.Auxiliary });

    /// <summary>The registers by their slots.</summary>
    public required IReadOnlyDictionary<int, PtxRegister> Registers { get; init; }

    /// <summary>log2 of the smallest access to shared memory, at most 2: how finely it is watched.</summary>
    public required int SharedGranule { get; init; }

    /// <summary>The local bytes of the deepest call, or of one frame of each function where there is recursion.</summary>
    public required int StaticLocalBytes { get; init; }

    public required bool IsRecursive { get; init; }

    /// <summary>The registers of each function: where, of 64 bits, a predicate.</summary>
    public required IReadOnlyList<IReadOnlyList<(int Start, bool IsWide, bool IsPredicate)>> FunctionLayouts { get; init; }

    /// <summary>Slots from First on that a function's registers take: [start, end) by its number.</summary>
    public required IReadOnlyList<(int Start, int End)> FunctionSlots { get; init; }

    /// <summary>The program of a kernel, decoded the first time it is asked for.</summary>
    public static KernelProgram Of(PtxKernel kernel) => Programs.GetValue(kernel, static k => new Decoder(k).Decode());

    public int LocalBytes(InterpreterOptions options) =>
        Math.Min(options.LocalBytesLimit, IsRecursive ? StaticLocalBytes + RecursiveLocalBytes : StaticLocalBytes);

    /// <summary>Writes what stays the same for all blocks of a launch.</summary>
    public void FillConstants(Warp warp, LaunchState launch)
    {
        warp.Written[RegisterFile.Nothing >> RegisterFile.SlotShift] = Lanes.All;
        warp.Written[RegisterFile.AlwaysTrue >> RegisterFile.SlotShift] = Lanes.All;
        Fill(warp, RegisterFile.Frame, 0, true);
        foreach (ConstantSlot constant in Constants)
        {
            if (constant.IsPredicate)
            {
                *(uint*)(warp.Slots + constant.Slot) = constant.Bits != 0 ? Lanes.All : 0;
                warp.Written[constant.Slot >> RegisterFile.SlotShift] = Lanes.All;
            }
            else
            {
                Fill(warp, constant.Slot, constant.Bits, constant.IsWide);
            }
        }

        foreach (SymbolSlot symbol in Symbols)
        {
            if (!symbol.IsFrameRelative)
            {
                Fill(warp, symbol.Slot, launch.AddressOf(symbol.Variable, symbol.IsGeneric) + (ulong)symbol.Offset, symbol.IsWide);
            }
        }
    }

    public void FillSpecials(Warp warp, Block block)
    {
        foreach (SpecialSlot special in Specials)
        {
            for (int lane = 0; lane < 32; lane++)
            {
                ulong value = block.Special(special.Register, special.Component, warp, lane);
                if (special.IsWide)
                {
                    Lanes.Write(warp.Slots + special.Slot, lane, value);
                }
                else
                {
                    Lanes.Write(warp.Slots + special.Slot, lane, (uint)value);
                }
            }

            warp.Written[special.Slot >> RegisterFile.SlotShift] = Lanes.All;
        }
    }

    private static void Fill(Warp warp, int slot, ulong bits, bool wide)
    {
        for (int lane = 0; lane < 32; lane++)
        {
            if (wide)
            {
                Lanes.Write(warp.Slots + slot, lane, bits);
            }
            else
            {
                Lanes.Write(warp.Slots + slot, lane, (uint)bits);
            }
        }

        warp.Written[slot >> RegisterFile.SlotShift] = Lanes.All;
    }
}

/// <summary>A slot that holds a constant.</summary>
internal readonly record struct ConstantSlot(int Slot, ulong Bits, bool IsWide, bool IsPredicate);

/// <summary>A slot that holds the address of a variable; frame-relative ones are computed where they are used.</summary>
internal readonly record struct SymbolSlot(int Slot, PtxVariable Variable, long Offset, bool IsGeneric, bool IsWide, bool IsFrameRelative);

/// <summary>A slot that holds a special register.</summary>
internal readonly record struct SpecialSlot(int Slot, PtxSpecialRegister Register, int Component, bool IsWide);

/// <summary>What a call passes on.</summary>
internal sealed record CallSite
{
    public required PtxFunction Callee { get; init; }

    /// <summary>Bytes of the caller's frame: how far the callee's starts behind it.</summary>
    public required int CallerFrameBytes { get; init; }

    public required FrameLayout CalleeFrame { get; init; }

    /// <summary>The callee's number where its registers must be saved, as a call of it may be going on; otherwise -1.</summary>
    public required int SavedFunction { get; init; }

    public required IReadOnlyList<CallTransfer> Arguments { get; init; }

    public required IReadOnlyList<CallTransfer> Results { get; init; }
}

/// <summary>One value between the frames of caller and callee: a register (a slot), or bytes of the frame (an offset).</summary>
internal readonly record struct CallTransfer(bool CallerInFrame, int Caller, bool CalleeInFrame, int Callee, int Bytes, bool IsWide);
