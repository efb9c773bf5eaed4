using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Branches, calls, exits.</summary>
internal static unsafe class ControlUnit
{
    public static void Branch(Warp w, Instruction* i)
    {
        if (w.Mask == w.Active)
        {
            w.Pc = i->Target;
        }
        else
        {
            w.Diverge(i, w.Mask);
        }
    }

    /// <summary>A the index into the targets of <see cref="Instruction.Extra"/>.</summary>
    public static void IndexedBranch(Warp w, Instruction* i)
    {
        Span<int> targets = stackalloc int[32];
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint index = Lanes.Read<uint>(w.Slots + i->A, lane);
            if (index >= (uint)i->ExtraCount)
            {
                throw Faults.At(w, i, lane, FindingKind.OutOfBounds, $"the branch's index {index} is beyond its {i->ExtraCount} targets");
            }

            targets[lane] = w.Launch.Program.Extras[i->Extra + index];
        }

        w.DivergeTo(targets, i->Meeting);
    }

    public static void Exit(Warp w, Instruction* i) => w.Exit();

    public static void Return(Warp w, Instruction* i)
    {
        if (w.Frame is null)
        {
            w.Exit();
            return;
        }

        CallFrame frame = w.Frame;
        CallSite site = w.Launch.Program.Calls[w.Launch.Program.Code[frame.CallPc].Extra];
        byte[] results = Calls.Gather(w, site.Results, false);
        Calls.Restore(w, site, frame);
        w.Locals.Leave(w, site.CalleeFrame);
        Calls.MoveFrame(w, -site.CallerFrameBytes);
        Calls.Scatter(w, site.Results, true, results);
        w.Leave();
    }

    public static void Call(Warp w, Instruction* i)
    {
        CallSite site = w.Launch.Program.Calls[i->Extra];
        ulong* frames = (ulong*)(w.Slots + RegisterFile.Frame);
        int depth = (w.Frame?.Depth ?? 0) + 1;
        int lane = Lanes.First(w.Mask);
        ulong end = frames[lane] + (ulong)(site.CallerFrameBytes + site.CalleeFrame.Bytes);
        if (depth > w.Launch.Options.CallDepthLimit || end > (ulong)w.LocalBytes)
        {
            throw Faults.At(w, i, lane, FindingKind.OutOfBounds, $"the stack is exhausted: {depth} calls deep, {end} of {w.LocalBytes} bytes of local memory");
        }

        CallFrame frame = Calls.Save(w, site, depth);
        byte[] arguments = Calls.Gather(w, site.Arguments, true);
        Calls.MoveFrame(w, site.CallerFrameBytes);
        w.Locals.Enter(w, site.CalleeFrame);
        Calls.Scatter(w, site.Arguments, false, arguments);
        w.Enter(i->Target, frame);
    }

    /// <summary>The device's own functions that this one does not have.</summary>
    public static void Absent(Warp w, Instruction* i)
    {
        string name = w.Launch.Program.Origins[i->Origin].Operands.OfType<PtxFunctionOperand>().First().Function.Name;
        throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Trap, $"call of '{name}', which this device does not have");
    }

    public static void Assert(Warp w, Instruction* i) =>
        throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Trap, "an assertion of the kernel failed", CUresult.CUDA_ERROR_ASSERT);

    public static void Trap(Warp w, Instruction* i) =>
        throw Faults.At(w, i, Lanes.First(w.Mask), FindingKind.Trap, "the kernel trapped", CUresult.CUDA_ERROR_LAUNCH_FAILED);

    public static void Nothing(Warp w, Instruction* i)
    {
    }
}
