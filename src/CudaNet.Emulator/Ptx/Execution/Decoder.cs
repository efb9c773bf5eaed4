namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Turns a kernel and the functions it calls into a <see cref="KernelProgram"/>: slots for all operands, an operation for each instruction.</summary>
internal sealed unsafe partial class Decoder(PtxKernel kernel)
{
    private readonly List<Instruction> _code = [];
    private readonly List<int> _extras = [];
    private readonly List<PtxInstruction> _origins = [];
    private readonly List<int> _memoryOrigins = [];
    private readonly List<PtxFunction> _functions = [];
    private readonly List<int> _starts = [];
    private readonly List<CallSite> _calls = [];
    private readonly List<(int Start, int End)> _functionSlots = [];
    private readonly List<IReadOnlyList<(int, bool, bool)>> _layouts = [];
    private int _sharedGranule = 2;
    private PtxFunction _function = kernel;
    private PtxInstruction _current = null!;
    private HashSet<PtxInstruction> _seeds = [];

    /// <exception cref="PtxParseException">An instruction that the interpreter does not execute.</exception>
    public KernelProgram Decode()
    {
        Collect(kernel);
        foreach (PtxFunction function in _functions)
        {
            AllocateRegisters(function);
        }

        foreach (PtxFunction function in _functions)
        {
            DecodeFunction(function);
        }

        PatchCalls();
        CallGraph calls = new(_functions, function => _frames[function].Bytes);
        return new KernelProgram(kernel, [.. _code], [.. _extras])
        {
            Entry = _starts[0],
            EntryFrame = _frames[kernel],
            FileBytes = _nextSlot,
            Constants = _constants,
            Symbols = _symbols,
            Specials = _specials,
            Calls = _calls,
            Origins = _origins,
            MemoryOrigins = _memoryOrigins,
            Registers = _registerNames,
            SharedGranule = _sharedGranule,
            StaticLocalBytes = calls.LocalBytes(kernel),
            IsRecursive = calls.IsRecursive,
            FunctionSlots = _functionSlots,
            FunctionLayouts = _layouts,
        };
    }

    private void Collect(PtxFunction function)
    {
        if (_functions.Contains(function))
        {
            return;
        }

        _functions.Add(function);
        _frames[function] = new FrameLayout(function);
        foreach (PtxInstruction instruction in function.Instructions)
        {
            foreach (PtxFunctionOperand callee in instruction.Operands.OfType<PtxFunctionOperand>())
            {
                Collect(callee.Function);
            }
        }
    }

    private void DecodeFunction(PtxFunction function)
    {
        _function = function;
        _seeds = SeedsOfCompareAndSwap(function);
        int start = _code.Count;
        _starts.Add(start);
        int[] places = new int[function.Instructions.Count + 1];
        for (int at = 0; at < function.Instructions.Count; at++)
        {
            places[at] = _code.Count;
            _current = function.Instructions[at];
            _origins.Add(_current);
            DecodeInstruction(_current);
        }

        places[^1] = _code.Count;
        if (function.Instructions.Count == 0)
        {
            _origins.Add(new PtxInstruction { Opcode = PtxOpcode.Ret, Modifiers = new PtxModifiers(), Operands = [], Line = function.Line, Text = "ret" });
            _current = _origins[^1];
        }

        Instruction end = New(&ControlUnit.Return, InstructionKind.Auxiliary);
        end.Guard = RegisterFile.AlwaysTrue;
        end.GuardFlip = 0;
        end.Flow = InstructionFlow.End;
        _code.Add(end);
        PatchBranches(start, places);
    }

    /// <summary>Labels become places in the program, and each branch learns where its two ways meet.</summary>
    private void PatchBranches(int start, int[] places)
    {
        Span<Instruction> code = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_code);
        for (int pc = start; pc < code.Length; pc++)
        {
            ref Instruction i = ref code[pc];
            i.Traits |= OnlyComputes(i) ? InstructionTraits.PassesUnwritten : InstructionTraits.None;
            if (i.Flow == InstructionFlow.Branch)
            {
                i.Target = places[i.Target];
            }
            else if (i.Flow == InstructionFlow.IndexedBranch)
            {
                for (int at = 0; at < i.ExtraCount; at++)
                {
                    _extras[i.Extra + at] = places[_extras[i.Extra + at]];
                }
            }
        }

        PostDominators meetings = new(_code, _extras, start);
        for (int pc = start; pc < code.Length; pc++)
        {
            code[pc].Meeting = meetings.Of(pc);
        }
    }

    /// <summary>Whether all that comes of it is its destinations.</summary>
    private static bool OnlyComputes(in Instruction i) =>
        i.Kind is InstructionKind.Integer or InstructionKind.Float or InstructionKind.Conversion or InstructionKind.Special
        && i.Flow == InstructionFlow.Next && (i.Traits & InstructionTraits.Synchronises) == 0;

    /// <summary>An instruction with nothing but its guard and origin.</summary>
    private Instruction New(Operation execute, InstructionKind kind) => new()
    {
        Execute = execute,
        Kind = kind,
        Destination = RegisterFile.Sink,
        Destination2 = RegisterFile.Sink,
        A = RegisterFile.Nothing,
        B = RegisterFile.Nothing,
        C = RegisterFile.Nothing,
        E = RegisterFile.Nothing,
        Guard = _current.Guard is { } guard ? Slot(guard) : RegisterFile.AlwaysTrue,
        GuardFlip = _current.GuardNegated ? Lanes.All : 0,
        Origin = _origins.Count - 1,
        Meeting = -1,
    };

    /// <summary>The common form: a destination and up to three sources of the instruction's type.</summary>
    private void Emit(Operation execute, InstructionKind kind, PtxType? sourceType = null, long immediate = 0, int extra = 0, PtxType? lastType = null)
    {
        PtxType type = sourceType ?? _current.Modifiers.Type;
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        Instruction i = New(execute, kind);
        i.Immediate = immediate;
        i.Extra = extra;
        i.A = operands.Count > 1 ? Source(operands[1], operands.Count == 2 ? lastType ?? type : type) : i.A;
        i.B = operands.Count > 2 ? Source(operands[2], operands.Count == 3 ? lastType ?? type : type) : i.B;
        i.C = operands.Count > 3 ? Source(operands[3], operands.Count == 4 ? lastType ?? type : type) : i.C;
        i.E = operands.Count > 4 ? Source(operands[4], lastType ?? type) : i.E;
        i.Destination = Destination(operands[0]);
        _code.Add(i);
    }

    private PtxParseException Unsupported(string what) =>
        new(kernel.Name, [new PtxError(PtxErrorKind.NotSupported, _current.Line, 1, $"{_current.Text}: {what} is not executed by this emulator")]);

    private PtxParseException Unsupported() => Unsupported("this form");

    private void DecodeInstruction(PtxInstruction instruction)
    {
        PtxModifiers m = instruction.Modifiers;
        switch (instruction.Opcode)
        {
            case PtxOpcode.Add or PtxOpcode.Sub or PtxOpcode.Mul or PtxOpcode.Mad or PtxOpcode.Fma or PtxOpcode.Div or PtxOpcode.Min or PtxOpcode.Max
                or PtxOpcode.Abs or PtxOpcode.Neg or PtxOpcode.Rcp or PtxOpcode.Sqrt or PtxOpcode.CopySign when m.Type.IsFloat():
                DecodeFloat(instruction.Opcode, m);
                break;
            case PtxOpcode.Ex2 or PtxOpcode.Lg2 or PtxOpcode.Rsqrt or PtxOpcode.Sin or PtxOpcode.Cos or PtxOpcode.Tanh:
                DecodeSpecial(instruction.Opcode, m);
                break;
            case PtxOpcode.Testp:
                DecodeTest(m);
                break;
            case PtxOpcode.Setp or PtxOpcode.Set:
                DecodeComparison(m);
                break;
            case PtxOpcode.Selp or PtxOpcode.Slct or PtxOpcode.Mov:
                DecodeMove(instruction.Opcode, m);
                break;
            case PtxOpcode.Cvt:
                DecodeConversion(m);
                break;
            case PtxOpcode.Cvta or PtxOpcode.IsSpaceP:
                DecodeAddressConversion(instruction.Opcode, m);
                break;
            case PtxOpcode.Ld or PtxOpcode.St:
                DecodeMemory(instruction.Opcode == PtxOpcode.St, m);
                break;
            case PtxOpcode.Atom or PtxOpcode.Red:
                DecodeAtomic(instruction.Opcode == PtxOpcode.Red, m);
                break;
            case PtxOpcode.Prefetch or PtxOpcode.Discard or PtxOpcode.Nanosleep or PtxOpcode.Brkpt:
                _code.Add(New(&ControlUnit.Nothing, InstructionKind.Control));
                break;
            case PtxOpcode.Bra or PtxOpcode.BrxIdx or PtxOpcode.Call or PtxOpcode.Ret or PtxOpcode.Exit or PtxOpcode.Trap:
                DecodeControl(instruction.Opcode, m);
                break;
            case PtxOpcode.Bar or PtxOpcode.Membar or PtxOpcode.Fence or PtxOpcode.Shfl or PtxOpcode.Vote or PtxOpcode.Match or PtxOpcode.Redux
                or PtxOpcode.ActiveMask or PtxOpcode.ElectSync:
                DecodeSynchronisation(instruction.Opcode, m);
                break;
            case PtxOpcode.And or PtxOpcode.Or or PtxOpcode.Xor or PtxOpcode.Not when m.Type == PtxType.Pred:
                DecodePredicateLogic(instruction.Opcode);
                break;
            default:
                DecodeInteger(instruction.Opcode, m);
                break;
        }
    }
}
