using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Branches, calls, and instructions that synchronise.</summary>
internal sealed unsafe partial class Decoder
{
    /// <summary>What a driver brings along; kernels that may call them can run as long as they do not.</summary>
    private static readonly string[] SystemFunctions = ["vprintf", "malloc", "free", "__assertfail"];

    private readonly List<(int Pc, PtxFunction Caller, PtxFunction Callee)> _openCalls = [];

    private void DecodeControl(PtxOpcode opcode, PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        switch (opcode)
        {
            case PtxOpcode.Bra:
                Instruction branch = New(&ControlUnit.Branch, InstructionKind.Control);
                branch.Flow = InstructionFlow.Branch;
                branch.Target = ((PtxLabelOperand)operands[0]).Label.Target;
                _code.Add(branch);
                break;
            case PtxOpcode.BrxIdx:
                PtxTargetsOperand targets = operands.OfType<PtxTargetsOperand>().First();
                Instruction indexed = New(&ControlUnit.IndexedBranch, InstructionKind.Control);
                indexed.Flow = InstructionFlow.IndexedBranch;
                indexed.A = Source(operands[0], PtxType.U32);
                indexed.Extra = _extras.Count;
                indexed.ExtraCount = targets.Labels.Count;
                _extras.AddRange(targets.Labels.Select(label => label.Target));
                _code.Add(indexed);
                break;
            case PtxOpcode.Call:
                DecodeCall();
                break;
            case PtxOpcode.Ret:
                EmitEnd(&ControlUnit.Return);
                break;
            case PtxOpcode.Exit:
                EmitEnd(&ControlUnit.Exit);
                break;
            default:
                EmitEnd(&ControlUnit.Trap);
                break;
        }
    }

    private void EmitEnd(Operation operation)
    {
        Instruction end = New(operation, InstructionKind.Control);
        end.Flow = InstructionFlow.End;
        _code.Add(end);
    }

    private void DecodeCall()
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        int place = operands.ToList().FindIndex(operand => operand is PtxFunctionOperand);
        if (place < 0)
        {
            throw Unsupported("a call through a register");
        }

        PtxFunction callee = ((PtxFunctionOperand)operands[place]).Function;
        if (!callee.HasBody && SystemFunctions.Contains(callee.Name))
        {
            _code.Add(New(callee.Name == "__assertfail" ? &ControlUnit.Assert : &ControlUnit.Absent, InstructionKind.Control));
            return;
        }

        if (!callee.HasBody)
        {
            throw Unsupported($"a call of '{callee.Name}', which has no body here,");
        }

        IReadOnlyList<PtxOperand> results = place > 0 ? ((PtxListOperand)operands[0]).Elements : [];
        IReadOnlyList<PtxOperand> arguments = operands.Count > place + 1 ? ((PtxListOperand)operands[place + 1]).Elements : [];
        CallTransfer[] passed = [.. arguments.Select((argument, at) => Transfer(argument, callee.Parameters[at], callee, false))];
        CallTransfer[] returned = [.. results.Select((result, at) => Transfer(result, callee.Results[at], callee, true))];
        Instruction call = New(&ControlUnit.Call, InstructionKind.Control);
        call.Extra = _calls.Count;
        _calls.Add(new CallSite
        {
            Callee = callee,
            CallerFrameBytes = _frames[_function].Bytes,
            CalleeFrame = _frames[callee],
            SavedFunction = -1,
            Arguments = passed,
            Results = returned,
        });
        _openCalls.Add((_code.Count, _function, callee));
        _code.Add(call);
    }

    private CallTransfer Transfer(PtxOperand operand, PtxVariable formal, PtxFunction callee, bool result)
    {
        bool inFrame = operand is PtxSymbolOperand;
        int caller = operand switch
        {
            PtxSymbolOperand symbol => _frames[_function].OffsetOf(symbol.Variable) + (int)symbol.Offset,
            _ when result => Destination(operand),
            _ => Source(operand, formal.ElementType),
        };
        PtxType type = formal.ElementType;
        int bytes = formal.Register is null && inFrame ? (int)formal.Size : formal.Register is null ? type.Bytes() : Math.Max(4, type.Bytes());
        bytes = inFrame && formal.Register is not null ? type.Bytes() : bytes;
        int target = formal.Register is { } register ? _registers[(callee, register.Index)] : _frames[callee].OffsetOf(formal);
        return new CallTransfer(inFrame, caller, formal.Register is null, target, bytes, type.Bits() == 64);
    }

    /// <summary>Calls learn where their functions start, and whether registers must be saved.</summary>
    private void PatchCalls()
    {
        Span<Instruction> code = CollectionsMarshal.AsSpan(_code);
        CallGraph graph = new(_functions, function => _frames[function].Bytes);
        foreach ((int pc, PtxFunction caller, PtxFunction callee) in _openCalls)
        {
            int number = _functions.IndexOf(callee);
            code[pc].Target = _starts[number];
            if (graph.Reaches(callee, caller))
            {
                _calls[code[pc].Extra] = _calls[code[pc].Extra] with { SavedFunction = number };
            }
        }
    }

    private void DecodeSynchronisation(PtxOpcode opcode, PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        switch (opcode)
        {
            case PtxOpcode.Membar or PtxOpcode.Fence:
                Instruction fence = New(&Ordering.Fence, InstructionKind.Synchronisation);
                fence.Scope = m.Scope;
                _code.Add(fence);
                break;
            case PtxOpcode.Bar when m.Barrier == PtxBarrierMode.Warp:
                EmitSynchronising(&WarpUnit.Barrier, 0, operands[0], []);
                Last.Flow = InstructionFlow.WarpBarrier;
                break;
            case PtxOpcode.Bar:
                DecodeBarrier(m);
                break;
            case PtxOpcode.Shfl:
                EmitSynchronising(
                    &WarpUnit.Shuffle, (long)m.Shuffle, operands[4], [(operands[1], PtxType.B32), (operands[2], PtxType.U32), (operands[3], PtxType.U32)]);
                break;
            case PtxOpcode.Vote:
                EmitSynchronising(&WarpUnit.Vote, (long)m.Vote, operands[2], []);
                SetPredicate(operands[1]);
                break;
            case PtxOpcode.Match:
                bool wide = m.Type.Bits() == 64;
                EmitSynchronising(
                    m.Vote == PtxVoteMode.All
                        ? wide ? &WarpUnit.MatchAll<ulong> : &WarpUnit.MatchAll<uint>
                        : wide ? &WarpUnit.MatchAny<ulong> : &WarpUnit.MatchAny<uint>,
                    0,
                    operands[2],
                    [(operands[1], m.Type)]);
                break;
            case PtxOpcode.Redux:
                EmitSynchronising(Reduction(m), 0, operands[2], [(operands[1], m.Type)]);
                break;
            case PtxOpcode.ElectSync:
                EmitSynchronising(&WarpUnit.Elect, 0, operands[1], []);
                break;
            default:
                Instruction active = New(&WarpUnit.ActiveMask, InstructionKind.Synchronisation);
                active.Destination = Destination(operands[0]);
                _code.Add(active);
                break;
        }
    }

    private void EmitSynchronising(Operation operation, long immediate, PtxOperand members, ReadOnlySpan<(PtxOperand Operand, PtxType Type)> sources)
    {
        int e = Source(members, PtxType.B32);
        int a = sources.Length > 0 ? Source(sources[0].Operand, sources[0].Type) : RegisterFile.Nothing;
        int b = sources.Length > 1 ? Source(sources[1].Operand, sources[1].Type) : RegisterFile.Nothing;
        int c = sources.Length > 2 ? Source(sources[2].Operand, sources[2].Type) : RegisterFile.Nothing;
        Instruction i = New(operation, InstructionKind.Synchronisation);
        i.Traits |= InstructionTraits.Synchronises;
        i.Immediate = immediate;
        (i.A, i.B, i.C, i.E) = (a, b, c, e);
        PtxOperand destination = _current.Operands[0];
        if (_current.Opcode != PtxOpcode.Bar)
        {
            i.Destination = Destination(destination);
            i.Destination2 = destination is PtxPairOperand pair ? Destination(pair.Second) : RegisterFile.Sink;
        }

        _code.Add(i);
    }

    private void SetPredicate(PtxOperand operand)
    {
        int slot = Source(operand, PtxType.Pred);
        ref Instruction i = ref Last;
        i.C = slot;
        i.Traits |= operand is PtxRegisterOperand { Negated: true } ? InstructionTraits.NegatedSource : 0;
    }

    private void DecodeBarrier(PtxModifiers m)
    {
        List<PtxOperand> operands = [.. _current.Operands];
        bool reduces = m.Barrier is PtxBarrierMode.ReduceAnd or PtxBarrierMode.ReduceOr or PtxBarrierMode.ReducePopc;
        int number = Source(operands[reduces ? 1 : 0], PtxType.U32);
        int at = reduces ? 2 : 1;
        int count = operands.Count > (reduces ? 3 : 1) ? Source(operands[at], PtxType.U32) : Constant(0, false);
        Instruction i = New(&Barriers.Execute, InstructionKind.Synchronisation);
        i.Traits |= InstructionTraits.Synchronises | (m.Aligned ? InstructionTraits.Uniform : 0);
        i.Flow = InstructionFlow.BlockBarrier;
        i.Immediate = (long)m.Barrier;
        i.A = number;
        i.B = count;
        if (reduces)
        {
            i.Destination = Destination(operands[0]);
            i.C = Source(operands[^1], PtxType.Pred);
            i.Traits |= operands[^1] is PtxRegisterOperand { Negated: true } ? InstructionTraits.NegatedSource : 0;
        }

        _code.Add(i);
    }

    private Operation Reduction(PtxModifiers m) => (m.Atomic, m.Type.IsSigned()) switch
    {
        (PtxAtomicOperation.Add, _) => &WarpUnit.Reduce<AtomicUnit.Add, uint>,
        (PtxAtomicOperation.Min, true) => &WarpUnit.Reduce<AtomicUnit.Min, int>,
        (PtxAtomicOperation.Min, false) => &WarpUnit.Reduce<AtomicUnit.Min, uint>,
        (PtxAtomicOperation.Max, true) => &WarpUnit.Reduce<AtomicUnit.Max, int>,
        (PtxAtomicOperation.Max, false) => &WarpUnit.Reduce<AtomicUnit.Max, uint>,
        (PtxAtomicOperation.And, _) => &WarpUnit.Reduce<AtomicUnit.And, uint>,
        (PtxAtomicOperation.Or, _) => &WarpUnit.Reduce<AtomicUnit.Or, uint>,
        (PtxAtomicOperation.Xor, _) => &WarpUnit.Reduce<AtomicUnit.Xor, uint>,
        _ => throw Unsupported(),
    };
}
