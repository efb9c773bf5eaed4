namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Operands become slots.</summary>
internal sealed unsafe partial class Decoder
{
    private readonly Dictionary<(PtxFunction Function, int Index), int> _registers = [];
    private readonly Dictionary<int, PtxRegister> _registerNames = [];
    private readonly Dictionary<(ulong Bits, bool Wide, bool Predicate), int> _constantSlots = [];
    private readonly Dictionary<(PtxSpecialRegister Register, int Component, bool Wide), int> _specialSlots = [];
    private readonly Dictionary<(PtxVariable Variable, long Offset, bool Generic, bool Wide), int> _symbolSlots = [];
    private readonly List<ConstantSlot> _constants = [];
    private readonly List<SpecialSlot> _specials = [];
    private readonly List<SymbolSlot> _symbols = [];
    private readonly Dictionary<PtxFunction, FrameLayout> _frames = [];
    private int _nextSlot = RegisterFile.First;

    private void AllocateRegisters(PtxFunction function)
    {
        int start = _nextSlot;
        List<(int, bool, bool)> layout = [];
        foreach (PtxRegister register in function.Registers)
        {
            bool wide = register.Type.Bits() == 64;
            int slot = Allocate(wide);
            _registers[(function, register.Index)] = slot;
            _registerNames[slot] = register;
            layout.Add((slot, wide, register.Type == PtxType.Pred));
        }

        _functionSlots.Add((start, _nextSlot));
        _layouts.Add(layout);
    }

    private int Allocate(bool wide)
    {
        int slot = _nextSlot;
        _nextSlot += wide ? 2 * RegisterFile.SlotBytes : RegisterFile.SlotBytes;
        return slot;
    }

    private int Slot(PtxRegister register) => _registers[(_function, register.Index)];

    private static bool IsWide(PtxOperand operand) => operand is PtxRegisterOperand { Register.Type: var type } && type.Bits() == 64;

    private int Destination(PtxOperand operand) => operand switch
    {
        PtxRegisterOperand register => Slot(register.Register),
        PtxPairOperand pair => Destination(pair.First),
        PtxSinkOperand => RegisterFile.Sink,
        _ => throw Unsupported("this destination"),
    };

    /// <summary>The slot of what an instruction reads as a type; code that computes it is emitted first.</summary>
    private int Source(PtxOperand operand, PtxType type)
    {
        bool wide = type.Bits() == 64;
        switch (operand)
        {
            case PtxRegisterOperand register when wide || register.Register.Type.Bits() != 64:
                return Slot(register.Register);
            case PtxRegisterOperand register:
                return Narrowed(Slot(register.Register));
            case PtxImmediateOperand immediate:
                return Constant(Truncate(immediate.Bits, type), wide, type == PtxType.Pred);
            case PtxSpecialOperand special:
                return Special(special, wide);
            case PtxSymbolOperand symbol:
                return Symbol(symbol.Variable, symbol.Offset, symbol.IsGeneric, wide);
            case PtxSinkOperand:
                return RegisterFile.Nothing;
            default:
                throw Unsupported("this operand");
        }
    }

    private static ulong Truncate(ulong bits, PtxType type) => type.Bits() switch
    {
        1 => bits == 0 ? 0ul : 1,
        8 => (byte)bits,
        16 => (ushort)bits,
        32 => (uint)bits,
        _ => bits,
    };

    private int Constant(ulong bits, bool wide, bool predicate = false)
    {
        if (!_constantSlots.TryGetValue((bits, wide, predicate), out int slot))
        {
            slot = Allocate(wide);
            _constantSlots[(bits, wide, predicate)] = slot;
            _constants.Add(new ConstantSlot(slot, bits, wide, predicate));
        }

        return slot;
    }

    private int Special(PtxSpecialOperand special, bool wide)
    {
        if (special.Register is PtxSpecialRegister.Clock or PtxSpecialRegister.ClockHi or PtxSpecialRegister.Clock64
            or PtxSpecialRegister.GlobalTimer or PtxSpecialRegister.GlobalTimerLo or PtxSpecialRegister.GlobalTimerHi)
        {
            Instruction read = New(wide ? &AddressUnit.Clock<ulong> : &AddressUnit.Clock<uint>, InstructionKind.Auxiliary);
            read.Immediate = (long)special.Register;
            read.Traits |= InstructionTraits.ReadsClock;
            return Temporary(read, wide);
        }

        int component = Math.Max(0, special.Component);
        if (!_specialSlots.TryGetValue((special.Register, component, wide), out int slot))
        {
            slot = Allocate(wide);
            _specialSlots[(special.Register, component, wide)] = slot;
            _specials.Add(new SpecialSlot(slot, special.Register, component, wide));
        }

        return slot;
    }

    private int Symbol(PtxVariable variable, long offset, bool generic, bool wide)
    {
        if (IsInFrame(variable))
        {
            Instruction compute = New(wide ? &AddressUnit.Frame<ulong> : &AddressUnit.Frame<uint>, InstructionKind.Auxiliary);
            compute.A = RegisterFile.Frame;
            compute.Immediate = _frames[_function].OffsetOf(variable) + offset + (generic ? (long)KernelProgram.LocalWindow : 0);
            return Temporary(compute, wide);
        }

        if (!_symbolSlots.TryGetValue((variable, offset, generic, wide), out int slot))
        {
            slot = Allocate(wide);
            _symbolSlots[(variable, offset, generic, wide)] = slot;
            _symbols.Add(new SymbolSlot(slot, variable, offset, generic, wide, false));
        }

        return slot;
    }

    /// <summary>Local variables, and all parameters but those of the launch.</summary>
    private bool IsInFrame(PtxVariable variable) =>
        variable.Space == PtxStateSpace.Local || (variable.Space == PtxStateSpace.Param && !kernel.Parameters.Contains(variable));

    /// <summary>Emits code for a value the text does not name; where it is not executed for a lane, nobody reads it there.</summary>
    private int Temporary(Instruction compute, bool wide)
    {
        int slot = Allocate(wide);
        compute.Destination = slot;
        compute.Traits |= InstructionTraits.PassesUnwritten;
        _code.Add(compute);
        return slot;
    }

    /// <summary>The low words of a 64-bit register.</summary>
    private int Narrowed(int slot)
    {
        Instruction narrow = New(&Elementwise.Unary<AddressUnit.LowWord, uint, ulong>, InstructionKind.Auxiliary);
        narrow.A = slot;
        return Temporary(narrow, false);
    }
}
