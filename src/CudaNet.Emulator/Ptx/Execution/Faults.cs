using System.Diagnostics.CodeAnalysis;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What was found, in words: kernel, source line, block, thread, numbers.</summary>
internal static unsafe partial class Faults
{
    /// <summary>A fault of one thread at the instruction it executes.</summary>
    public static DeviceFault At(
        Warp w, Instruction* i, int lane, FindingKind kind, string message, CUresult result = CUresult.CUDA_ERROR_LAUNCH_FAILED) =>
        new(result, kind, $"{Where(w, i->Origin)}, {Who(w, lane)}: {message}");

    [DoesNotReturn]
    public static void ReadUnwritten(Warp w, Instruction* i, uint mask)
    {
        foreach (int slot in (ReadOnlySpan<int>)[i->A, i->B, i->C, i->E, i->Guard])
        {
            uint missing = (slot == i->Guard ? w.Active : mask) & ~w.Written[slot >> RegisterFile.SlotShift];
            if (missing != 0)
            {
                ReadUnwritten(w, i, slot, missing);
            }
        }

        throw At(w, i, Lanes.First(mask), FindingKind.Uninitialised, "read of a register that was never written");
    }

    [DoesNotReturn]
    public static void ReadUnwritten(Warp w, Instruction* i, int slot, uint missing)
    {
        string computed = w.UnwrittenValueOf(slot) is { } value
            ? $", computed from {Name(w, value.Slot)} at {Line(w.Launch.Program.Origins[value.Origin])}: the thread never wrote {Name(w, value.Slot)} before"
            : ", which the thread never wrote";
        throw At(w, i, Lanes.First(missing), FindingKind.Uninitialised, $"read of {Name(w, slot)}{computed}");
    }

    private static string Name(Warp w, int slot) => w.Launch.Program.Registers.TryGetValue(slot, out PtxRegister? register) ? register.Name
        : slot == RegisterFile.Carry ? "the carry flag" : "a register";

    public static DeviceFault SharedUnwritten(Warp w, Instruction* i, int lane, int bytes) =>
        At(w, i, lane, FindingKind.Uninitialised, $"read of {bytes} bytes of shared memory at 0x{w.Addresses[lane]:x} that the block did not write");

    public static DeviceFault Misaligned(Warp w, Instruction* i, ulong alignment, bool writes)
    {
        int lane = FirstLane(w, address => (address & (alignment - 1)) != 0);
        string space = w.Launch.Program.Origins[i->Origin].Modifiers.Space.ToString().ToLowerInvariant();
        return At(
            w,
            i,
            lane,
            FindingKind.Misaligned,
            $"{Verb(writes)} of {alignment} bytes at {space} address 0x{w.Addresses[lane]:x}, which is no multiple of {alignment}{Nearest(w, w.Addresses[lane])}",
            CUresult.CUDA_ERROR_MISALIGNED_ADDRESS);
    }

    /// <summary>An address outside live memory: what lies nearest is said by the memory itself.</summary>
    public static DeviceFault BadAddress(Warp w, Instruction* i, int lane, int bytes, bool writes, MemoryRange? range)
    {
        DeviceFault fault = w.Launch.Memory.Fault(
            w.Addresses[lane], (ulong)bytes, writes ? MemoryAccess.Write : MemoryAccess.Read, $"{Where(w, i->Origin)}, {Who(w, lane)}");
        FindingKind kind = range is { IsFreed: true } ? FindingKind.UseAfterFree : fault.Finding.Kind;
        return new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, kind, fault.Message);
    }

    public static DeviceFault OutsideWindow(Warp w, Instruction* i, int bytes, int size, bool writes, string space)
    {
        int lane = FirstLane(w, address => address > (ulong)size || address + (ulong)bytes > (ulong)size);
        return At(
            w,
            i,
            lane,
            FindingKind.OutOfBounds,
            $"{Verb(writes)} of {bytes} bytes at {space} address 0x{w.Addresses[lane]:x}, beyond the {size} bytes there are",
            CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    }

    /// <summary>An access to local memory that is not within one of the variables of the functions that run.</summary>
    public static DeviceFault OutsideVariable(Warp w, Instruction* i, int lane, int bytes, bool writes)
    {
        long address = (long)w.Addresses[lane];
        long frame = Lanes.Read<long>(w.Slots + RegisterFile.Frame, lane);
        (long Start, PtxVariable Variable)? nearest = null;
        CallFrame? call = w.Frame;
        while (true)
        {
            CallSite? site = call is null ? null : w.Launch.Program.Calls[w.Launch.Program.Code[call.CallPc].Extra];
            FrameLayout layout = site?.CalleeFrame ?? w.Launch.Program.EntryFrame;
            foreach (PtxVariable variable in layout.Variables)
            {
                long start = frame + layout.OffsetOf(variable);
                nearest = start <= address && (nearest is null || start > nearest.Value.Start) ? (start, variable) : nearest;
            }

            if (site is null)
            {
                break;
            }

            frame -= site.CallerFrameBytes;
            call = call!.Parent;
        }

        string where = nearest is { } found
            ? $"{address - found.Start} bytes into '{found.Variable.Name}', which has {found.Variable.Size}"
            : "where no variable lies";
        return At(
            w, i, lane, FindingKind.OutOfBounds, $"{Verb(writes)} of {bytes} bytes at local address 0x{address:x}, {where}", CUresult.CUDA_ERROR_ILLEGAL_ADDRESS);
    }

    public static DeviceFault Race(Warp w, Instruction* i, int lane, ulong earlier, bool earlierWrote, bool writes, long otherBlock, bool shared)
    {
        KernelProgram program = w.Launch.Program;
        string block = otherBlock != w.Block.Number ? $"block {Text(w.Launch.IndexOf(otherBlock))}, " : "";
        string thread = (earlier & AccessRecord.Several) != 0 && AccessRecord.Thread(earlier) == (w.Index * 32) + lane
            ? "another thread"
            : $"thread {Text(w.Block.Thread(AccessRecord.Thread(earlier)))}";
        string space = shared ? "shared" : "global";
        int number = (w.Launch.PageAt(AccessRecord.Time(earlier)) * AccessRecord.PageInstructions) + AccessRecord.Instruction(earlier);
        return At(
            w,
            i,
            lane,
            FindingKind.Race,
            $"{Verb(writes)} of {space} memory at 0x{w.Addresses[lane]:x} races with the {Verb(earlierWrote)} by {block}{thread} at "
            + $"{Line(program.Origins[program.MemoryOrigins[number]])}: nothing orders them");
    }

    public static DeviceFault BarrierMismatch(Warp w, Instruction* i, int number, int otherOrigin) =>
        At(
            w,
            i,
            Lanes.First(w.Mask),
            FindingKind.Divergence,
            $"barrier {number} is reached here while other threads of the block wait at {Line(w.Launch.Program.Origins[otherOrigin])}");

    /// <summary>Lanes of a warp wait for lanes that will never come.</summary>
    public static DeviceFault Stuck(Warp w)
    {
        Path path = w.Waiting.First();
        Instruction* i = w.Launch.Program.Code + path.Pc;
        string waiting = string.Join("; ", w.Waiting.Select(p => $"lanes 0x{p.Lanes:x8} at {Line(w.Launch.Program.Origins[w.Launch.Program.Code[p.Pc].Origin])}"));
        uint gone = ~w.Live;
        return At(
            w,
            i,
            Lanes.First(path.Lanes),
            FindingKind.Divergence,
            $"the instruction waits for lanes that do not come: {waiting}; lanes 0x{gone:x8} have exited or never were");
    }

    /// <summary>Threads wait at a barrier, and the others of the block have exited or wait elsewhere.</summary>
    public static DeviceFault BarrierNeverOpens(Block block)
    {
        KernelProgram program = block.Launch.Program;
        List<string> waiting = [];
        DeviceFault? fault = null;
        int exited = 0;
        foreach (Warp warp in block.Warps)
        {
            foreach (Path path in warp.Waiting)
            {
                Instruction* at = program.Code + path.Pc;
                bool barrier = path.Pc > 0 && (at - 1)->Flow == InstructionFlow.BlockBarrier;
                int origin = barrier ? (at - 1)->Origin : at->Origin;
                fault ??= new DeviceFault(
                    CUresult.CUDA_ERROR_LAUNCH_FAILED, FindingKind.Divergence, $"{Where(warp, origin)}, {Who(warp, Lanes.First(path.Lanes))}: ");
                waiting.Add($"warp {warp.Index}, lanes 0x{path.Lanes:x8} at {Line(program.Origins[origin])}");
            }

            exited += Math.Min(32, block.Threads - (warp.Index * 32)) - System.Numerics.BitOperations.PopCount(warp.Live);
        }

        return new DeviceFault(
            CUresult.CUDA_ERROR_LAUNCH_FAILED,
            FindingKind.Divergence,
            $"{fault?.Message}a barrier that not all threads reach: {string.Join("; ", waiting)}; {exited} of {block.Threads} threads have exited");
    }

    public static DeviceFault Hang(Warp w, long budget) =>
        At(
            w,
            w.Launch.Program.Code + Math.Min(w.Pc, w.Launch.Program.Length - 1),
            w.Active != 0 ? Lanes.First(w.Active) : 0,
            FindingKind.Hang,
            $"the launch has executed {budget} warp-instructions without an end",
            CUresult.CUDA_ERROR_LAUNCH_TIMEOUT);

    private static string Where(Warp w, int origin) => $"kernel '{w.Launch.Program.Kernel.Name}', {Line(w.Launch.Program.Origins[origin])}";

    private static string Line(PtxInstruction instruction) =>
        instruction.Source is { } source ? $"{source} (PTX line {instruction.Line}, {instruction.Text})" : $"PTX line {instruction.Line} ({instruction.Text})";

    private static string Who(Warp w, int lane) => $"block {Text(w.Block.Index)}, thread {Text(w.Block.Thread((w.Index * 32) + lane))}";

    private static string Text((int X, int Y, int Z) index) => $"({index.X}, {index.Y}, {index.Z})";

    private static string Verb(bool writes) => writes ? "write" : "read";

    private static string Nearest(Warp w, ulong address) =>
        w.Launch.Memory.Find(address) is { } range ? $"; it lies {address - range.Start} bytes into {range.Name}" : "";

    private static int FirstLane(Warp w, Func<ulong, bool> isBad)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            if (isBad(w.Addresses[Lanes.First(m)]))
            {
                return Lanes.First(m);
            }
        }

        return 0;
    }
}
