namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// What a call does to frames and registers. A function has one set of slots, saved where a call of it is going on; arguments and results are gathered whole
/// before any is written, as caller and callee may be the same function.
/// </summary>
internal static unsafe class Calls
{
    public static CallFrame Save(Warp w, CallSite site, int depth)
    {
        byte[]? slots = null;
        uint[]? written = null;
        if (site.SavedFunction >= 0)
        {
            (int start, int end) = w.Launch.Program.FunctionSlots[site.SavedFunction];
            slots = new ReadOnlySpan<byte>(w.Slots + start, end - start).ToArray();
            written = new ReadOnlySpan<uint>(w.Written + (start >> RegisterFile.SlotShift), (end - start) >> RegisterFile.SlotShift).ToArray();
        }

        return new CallFrame
        {
            ReturnPc = w.Pc,
            CallPc = w.Pc - 1,
            Parent = w.Frame,
            Depth = depth,
            SavedSlots = slots,
            SavedWritten = written,
        };
    }

    /// <summary>Moves the frame of the lanes that execute.</summary>
    public static void MoveFrame(Warp w, int bytes)
    {
        ulong* frames = (ulong*)(w.Slots + RegisterFile.Frame);
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            frames[Lanes.First(m)] += (ulong)(long)bytes;
        }
    }

    /// <summary>Reads values from the registers or the frame of the caller or the callee, whose frame is the current one.</summary>
    public static byte[] Gather(Warp w, IReadOnlyList<CallTransfer> values, bool fromCaller)
    {
        byte[] gathered = new byte[32 * values.Sum(value => value.Bytes)];
        int at = 0;
        foreach (CallTransfer value in values)
        {
            bool inFrame = fromCaller ? value.CallerInFrame : value.CalleeInFrame;
            if (!inFrame)
            {
                w.RequireWritten(w.Launch.Program.Code + w.Pc - 1, fromCaller ? value.Caller : value.Callee);
            }

            for (int lane = 0; lane < 32; lane++, at += value.Bytes)
            {
                if ((w.Mask & (1u << lane)) != 0)
                {
                    new ReadOnlySpan<byte>(Place(w, value, fromCaller, lane), value.Bytes).CopyTo(gathered.AsSpan(at));
                }
            }
        }

        return gathered;
    }

    /// <summary>Writes what was gathered.</summary>
    public static void Scatter(Warp w, IReadOnlyList<CallTransfer> values, bool toCaller, byte[] gathered)
    {
        int at = 0;
        foreach (CallTransfer value in values)
        {
            for (int lane = 0; lane < 32; lane++, at += value.Bytes)
            {
                if ((w.Mask & (1u << lane)) != 0)
                {
                    gathered.AsSpan(at, value.Bytes).CopyTo(new Span<byte>(Place(w, value, toCaller, lane), value.Bytes));
                }
            }

            if (!(toCaller ? value.CallerInFrame : value.CalleeInFrame))
            {
                w.MarkWritten(toCaller ? value.Caller : value.Callee);
            }
        }
    }

    private static byte* Place(Warp w, CallTransfer value, bool caller, int lane)
    {
        int at = caller ? value.Caller : value.Callee;
        return (caller ? value.CallerInFrame : value.CalleeInFrame)
            ? w.Local + ((long)lane * w.LocalBytes) + ((long*)(w.Slots + RegisterFile.Frame))[lane] + at
            : w.Slots + at + (lane << (value.IsWide ? 3 : 2));
    }

    /// <summary>Puts back the registers of the lanes that return.</summary>
    public static void Restore(Warp w, CallSite site, CallFrame frame)
    {
        if (frame.SavedSlots is null)
        {
            return;
        }

        (int start, int end) = w.Launch.Program.FunctionSlots[site.SavedFunction];
        int slots = (end - start) >> RegisterFile.SlotShift;
        for (int slot = 0; slot < slots; slot++)
        {
            ref uint written = ref w.Written[(start >> RegisterFile.SlotShift) + slot];
            written = (written & ~w.Mask) | (frame.SavedWritten![slot] & w.Mask);
        }

        IReadOnlyList<(int Start, bool IsWide, bool IsPredicate)> layout = w.Launch.Program.FunctionLayouts[site.SavedFunction];
        foreach ((int slot, bool wide, bool predicate) in layout)
        {
            fixed (byte* saved = &frame.SavedSlots[slot - start])
            {
                if (predicate)
                {
                    uint* value = (uint*)(w.Slots + slot);
                    *value = (*value & ~w.Mask) | (*(uint*)saved & w.Mask);
                    continue;
                }

                for (uint m = w.Mask; m != 0; m &= m - 1)
                {
                    int lane = Lanes.First(m);
                    if (wide)
                    {
                        Lanes.Write(w.Slots + slot, lane, Lanes.Read<ulong>(saved, lane));
                    }
                    else
                    {
                        Lanes.Write(w.Slots + slot, lane, Lanes.Read<uint>(saved, lane));
                    }
                }
            }
        }
    }
}
