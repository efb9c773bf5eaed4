using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Loads, stores, atomics, and conversions of addresses.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeMemory(bool store, PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        PtxAddressOperand address = (PtxAddressOperand)operands[store ? 0 : 1];
        PtxOperand data = operands[store ? 1 : 0];
        PtxStateSpace space = m.Space;
        if (space == PtxStateSpace.Param)
        {
            bool launch = address.Variable is { } variable ? kernel.Parameters.Contains(variable) : _function == kernel && !store;
            space = launch ? PtxStateSpace.Param : PtxStateSpace.Local;
        }

        InstructionKind kind = space switch
        {
            PtxStateSpace.Global => InstructionKind.Global,
            PtxStateSpace.Shared => InstructionKind.Shared,
            PtxStateSpace.Local => InstructionKind.Local,
            PtxStateSpace.Param or PtxStateSpace.Const => InstructionKind.Constant,
            _ => InstructionKind.Auxiliary,
        };
        Operation operation = space switch
        {
            PtxStateSpace.Global => store ? &MemoryUnit.StoreGlobal : &MemoryUnit.LoadGlobal,
            PtxStateSpace.Shared => store ? &MemoryUnit.StoreShared : &MemoryUnit.LoadShared,
            PtxStateSpace.Local => store ? &MemoryUnit.StoreLocal : &MemoryUnit.LoadLocal,
            PtxStateSpace.Param => &MemoryUnit.LoadParameter,
            PtxStateSpace.Const => &MemoryUnit.LoadConstant,
            _ => store ? &MemoryUnit.StoreGeneric : &MemoryUnit.LoadGeneric,
        };
        int size = m.Type.Bytes();
        if (size > 8)
        {
            throw Unsupported("an access of 128 bits as one value");
        }

        PtxVectorOperand? vector = data as PtxVectorOperand;
        int count = vector?.Elements.Count ?? 1;
        int[] slots = [.. (vector?.Elements ?? [data]).Select(element => store ? StoredSlot(element, m.Type) : Destination(element))];
        Instruction i = New(operation, kind);
        SetAddress(ref i, address, space);
        SetMemory(ref i, space, size, count);
        PtxOperand typical = vector?.Elements.FirstOrDefault(element => element is PtxRegisterOperand) ?? data;
        i.Traits |= (store ? StoresWide(vector?.Elements ?? [data], m.Type) : IsWide(typical) || m.Type.Bits() == 64) ? InstructionTraits.WideData : 0;
        i.Traits |= m.Type.IsSigned() ? InstructionTraits.Signed : 0;
        i.Traits |= typical is PtxRegisterOperand { Register.Type: var type } && type.Bits() == 16 ? InstructionTraits.Half : 0;
        i.Traits |= m.Order is (PtxMemoryOrder.None or PtxMemoryOrder.Weak) && !_seeds.Contains(_current) ? 0 : InstructionTraits.Strong;
        if (vector is not null)
        {
            i.Extra = _extras.Count;
            i.ExtraCount = count;
            _extras.AddRange(slots);
        }
        else if (store)
        {
            i.B = slots[0];
        }
        else
        {
            i.Destination = slots[0];
        }

        _code.Add(i);
    }

    /// <summary>Values of 64-bit registers are stored from these; where narrower ones stand beside them, all are made narrow.</summary>
    private static bool StoresWide(IReadOnlyList<PtxOperand> elements, PtxType type) => type.Bits() == 64 || (elements.Count == 1 && IsWide(elements[0]));

    private int StoredSlot(PtxOperand element, PtxType type) =>
        element is PtxRegisterOperand register && IsWide(register) && _current.Operands[1] is not PtxVectorOperand
            ? Slot(register.Register)
            : Source(element, type.Bits() == 8 ? PtxType.B8 : type);

    private void SetAddress(ref Instruction i, PtxAddressOperand address, PtxStateSpace space)
    {
        i.Immediate = address.Offset;
        if (address.Base is { } register)
        {
            i.A = Slot(register);
            i.Traits |= register.Type.Bits() == 64 ? InstructionTraits.WideAddress : 0;
        }
        else if (address.Variable is { } variable)
        {
            i.Traits |= InstructionTraits.WideAddress;
            if (IsInFrame(variable))
            {
                i.A = RegisterFile.Frame;
                i.Immediate += _frames[_function].OffsetOf(variable) + (space == PtxStateSpace.Generic ? (long)KernelProgram.LocalWindow : 0);
            }
            else
            {
                i.A = Symbol(variable, 0, space == PtxStateSpace.Generic, true);
            }
        }
    }

    private void SetMemory(ref Instruction i, PtxStateSpace space, int size, int count)
    {
        i.Size = (byte)size;
        i.Order = _current.Modifiers.Order;
        i.Scope = _current.Modifiers.Scope;
        i.AlignmentLog = (byte)BitOperations.Log2((uint)(size * count));
        i.MemoryNumber = (ushort)(_memoryOrigins.Count % AccessRecord.PageInstructions);
        i.MemoryPage = (ushort)(_memoryOrigins.Count / AccessRecord.PageInstructions);
        _memoryOrigins.Add(i.Origin);

        if (space is PtxStateSpace.Shared or PtxStateSpace.Generic)
        {
            _sharedGranule = Math.Min(_sharedGranule, BitOperations.Log2((uint)size * (uint)count));
        }
    }

    private void DecodeAtomic(bool reduction, PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        int first = reduction ? 0 : 1;
        if (m.VectorWidth != 1)
        {
            throw Unsupported("a vector of atomic operations");
        }

        int b = Source(operands[first + 1], m.Type);
        int c = operands.Count > first + 2 ? Source(operands[first + 2], m.Type) : RegisterFile.Nothing;
        Instruction i = New(AtomicOperation(m), InstructionKind.Atomic);
        i.B = b;
        i.C = c;
        SetAddress(ref i, (PtxAddressOperand)operands[first], m.Space);
        SetMemory(ref i, m.Space, m.Type.Bytes(), 1);
        i.Target = (int)m.Space;
        i.Destination = reduction ? RegisterFile.Sink : Destination(operands[0]);
        _code.Add(i);
    }

    private Operation AtomicOperation(PtxModifiers m) => (m.Atomic, m.Type) switch
    {
        (PtxAtomicOperation.Add, PtxType.F32) => &AtomicUnit.Single,
        (PtxAtomicOperation.Add, PtxType.F64) => &AtomicUnit.Float<AtomicUnit.AddDouble, ulong>,
        (PtxAtomicOperation.Add, PtxType.F16) => &AtomicUnit.Float<AtomicUnit.AddHalf<Fp16>, ushort>,
        (PtxAtomicOperation.Add, PtxType.BF16) => &AtomicUnit.Float<AtomicUnit.AddHalf<Bf16>, ushort>,
        (PtxAtomicOperation.Add, PtxType.F16x2) => &AtomicUnit.Float<AtomicUnit.AddPair<Fp16>, uint>,
        (PtxAtomicOperation.Add, PtxType.BF16x2) => &AtomicUnit.Float<AtomicUnit.AddPair<Bf16>, uint>,
        (PtxAtomicOperation.Add, _) => Atomic<AtomicUnit.Add>(m.Type),
        (PtxAtomicOperation.Min, _) => Atomic<AtomicUnit.Min>(m.Type),
        (PtxAtomicOperation.Max, _) => Atomic<AtomicUnit.Max>(m.Type),
        (PtxAtomicOperation.Inc, _) => Atomic<AtomicUnit.Increment>(m.Type),
        (PtxAtomicOperation.Dec, _) => Atomic<AtomicUnit.Decrement>(m.Type),
        (PtxAtomicOperation.And, _) => Atomic<AtomicUnit.And>(m.Type),
        (PtxAtomicOperation.Or, _) => Atomic<AtomicUnit.Or>(m.Type),
        (PtxAtomicOperation.Xor, _) => Atomic<AtomicUnit.Xor>(m.Type),
        (PtxAtomicOperation.Exchange, _) => Atomic<AtomicUnit.Exchange>(m.Type),
        (PtxAtomicOperation.CompareAndSwap, PtxType.B16) => &AtomicUnit.Integer<AtomicUnit.CompareAndSwap, ushort>,
        (PtxAtomicOperation.CompareAndSwap, _) => Atomic<AtomicUnit.CompareAndSwap>(m.Type),
        _ => throw Unsupported(),
    };

    private Operation Atomic<TOp>(PtxType type)
        where TOp : struct, AtomicUnit.IAtomic => type switch
        {
            PtxType.B32 or PtxType.U32 => &AtomicUnit.Integer<TOp, uint>,
            PtxType.S32 => &AtomicUnit.Integer<TOp, int>,
            PtxType.B64 or PtxType.U64 => &AtomicUnit.Integer<TOp, ulong>,
            PtxType.S64 => &AtomicUnit.Integer<TOp, long>,
            _ => throw Unsupported(),
        };

    private void DecodeAddressConversion(PtxOpcode opcode, PtxModifiers m)
    {
        long window = m.Space switch
        {
            PtxStateSpace.Shared => (long)KernelProgram.SharedWindow,
            PtxStateSpace.Local => (long)KernelProgram.LocalWindow,
            PtxStateSpace.Param => (long)KernelProgram.ParameterWindow,
            _ => 0,
        };
        if (opcode == PtxOpcode.IsSpaceP)
        {
            Operation question = m.Space switch
            {
                PtxStateSpace.Const => &AddressUnit.IsConstant,
                PtxStateSpace.Global => &AddressUnit.IsGlobal,
                _ => &AddressUnit.IsInWindow,
            };
            Emit(question, InstructionKind.Integer, PtxType.U64, window);
            return;
        }

        // A symbol's generic address has its window already: adding it twice changes nothing.
        Operation operation = m.ToSpace && m.Space != PtxStateSpace.Param ? &AddressUnit.FromGeneric : &AddressUnit.ToGeneric;
        Emit(operation, InstructionKind.Integer, PtxType.U64, window);
    }
}
