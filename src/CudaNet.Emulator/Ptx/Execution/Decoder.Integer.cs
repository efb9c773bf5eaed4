namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Integer arithmetic, shifts and logic.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeInteger(PtxOpcode opcode, PtxModifiers m)
    {
        PtxType type = m.Type;
        switch (opcode)
        {
            case PtxOpcode.Add when m.CarryOut:
            case PtxOpcode.Sub when m.CarryOut:
            case PtxOpcode.Mad when m.CarryOut:
            case PtxOpcode.AddC or PtxOpcode.SubC or PtxOpcode.MadC:
                DecodeCarry(opcode, m);
                break;
            case PtxOpcode.Mul or PtxOpcode.Mad when m.Part == PtxProductPart.Wide:
                EmitInteger(Wide(type), lastType: opcode == PtxOpcode.Mad ? Twice(type) : type);
                break;
            case PtxOpcode.Shl or PtxOpcode.Shr:
                EmitInteger(Shift(opcode == PtxOpcode.Shl, type), lastType: PtxType.U32);
                break;
            case PtxOpcode.Bfe:
                EmitFields(Sized(type, &BitUnit.Extract<int>, &BitUnit.Extract<uint>, &BitUnit.Extract<long>, &BitUnit.Extract<ulong>), 1);
                break;
            case PtxOpcode.Bfi:
                EmitFields(type.Bits() == 64 ? &BitUnit.Insert<ulong> : &BitUnit.Insert<uint>, 2);
                break;
            case PtxOpcode.Lop3:
                Instruction lop = New(&BitUnit.Lookup, InstructionKind.Integer);
                lop.A = Source(_current.Operands[1], type);
                lop.B = Source(_current.Operands[2], type);
                lop.C = Source(_current.Operands[3], type);
                lop.Immediate = (long)((PtxImmediateOperand)_current.Operands[4]).Bits;
                lop.Destination = Destination(_current.Operands[0]);
                _code.Add(lop);
                break;
            case PtxOpcode.Dp4a or PtxOpcode.Dp2a:
                long signs = (m.Type.IsSigned() ? 1 : 0) | (m.SourceType.IsSigned() ? 2 : 0) | (m.HighHalf ? 4 : 0);
                EmitInteger(opcode == PtxOpcode.Dp4a ? &ByteUnit.Dot4 : &ByteUnit.Dot2, PtxType.U32, immediate: signs);
                break;
            case PtxOpcode.Prmt:
                EmitInteger(&ByteUnit.Permute, PtxType.B32, immediate: (long)m.Permute);
                LeaveOutUnpicked(m);
                break;
            case PtxOpcode.Fns:
                EmitInteger(&ByteUnit.FindSet, PtxType.B32);
                break;
            case PtxOpcode.Bmsk:
                EmitInteger(m.Wrap ? &Elementwise.Binary<BitUnit.MaskWrap, uint> : &Elementwise.Binary<BitUnit.Mask, uint>, PtxType.U32);
                break;
            case PtxOpcode.SzExt:
                EmitInteger(
                    type.IsSigned()
                        ? m.Wrap ? &Elementwise.Binary<BitUnit.ExtendSignedWrap, uint> : &Elementwise.Binary<BitUnit.ExtendSigned, uint>
                        : m.Wrap ? &Elementwise.Binary<BitUnit.ExtendZeroWrap, uint> : &Elementwise.Binary<BitUnit.ExtendZero, uint>,
                    PtxType.U32);
                break;
            default:
                EmitInteger(Plain(opcode, m));
                break;
        }
    }

    private void EmitInteger(Operation operation, PtxType? type = null, PtxType? lastType = null, long immediate = 0) =>
        Emit(operation, InstructionKind.Integer, type, immediate, 0, lastType);

    /// <summary>Operands of the type first, then positions and lengths of 32 bits.</summary>
    private void EmitFields(Operation operation, int values)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        int[] sources = [.. operands.Skip(1).Select((operand, at) => Source(operand, at < values ? _current.Modifiers.Type : PtxType.U32))];
        Instruction i = New(operation, InstructionKind.Integer);
        i.A = sources[0];
        i.B = sources[1];
        i.C = sources[2];
        i.E = sources.Length > 3 ? sources[3] : RegisterFile.Nothing;
        i.Destination = Destination(operands[0]);
        _code.Add(i);
    }

    /// <summary>A source of which a constant selector picks no byte is not read; compilers put registers there that nothing wrote.</summary>
    private void LeaveOutUnpicked(PtxModifiers m)
    {
        if (m.Permute == PtxPermuteMode.Index && _current.Operands[3] is PtxImmediateOperand selector)
        {
            int[] picked = [.. Enumerable.Range(0, 4).Select(at => (int)(selector.Bits >> (4 * at)) & 7)];
            Last.A = picked.Any(index => index < 4) ? Last.A : RegisterFile.Nothing;
            Last.B = picked.Any(index => index >= 4) ? Last.B : RegisterFile.Nothing;
        }
    }

    private static PtxType Twice(PtxType type) => type.Bits() == 16 ? PtxType.U32 : PtxType.U64;

    private static Operation Sized(PtxType type, Operation s32, Operation u32, Operation s64, Operation u64) =>
        type.Bits() == 64 ? (type.IsSigned() ? s64 : u64) : type.IsSigned() ? s32 : u32;

    private Operation Wide(PtxType type) => type switch
    {
        PtxType.U16 => &Elementwise.Wide<WideProducts.Unsigned16, uint, ushort>,
        PtxType.S16 => &Elementwise.Wide<WideProducts.Signed16, int, short>,
        PtxType.U32 => &Elementwise.Wide<WideProducts.Unsigned32, ulong, uint>,
        PtxType.S32 => &Elementwise.Wide<WideProducts.Signed32, long, int>,
        _ => throw Unsupported(),
    };

    private static Operation Shift(bool left, PtxType type) => left
        ? type.Bits() switch
        {
            16 => &Elementwise.Shift<IntegerUnit.ShiftLeft<ushort>, ushort>,
            32 => &Elementwise.VectorBinary<IntegerUnit.ShiftLeft32, uint>,
            _ => &Elementwise.Shift<IntegerUnit.ShiftLeft<ulong>, ulong>,
        }
        : type switch
        {
            PtxType.S16 => &Elementwise.Shift<IntegerUnit.ShiftRight<short>, short>,
            PtxType.S32 => &Elementwise.Shift<IntegerUnit.ShiftRight<int>, int>,
            PtxType.S64 => &Elementwise.Shift<IntegerUnit.ShiftRight<long>, long>,
            _ when type.Bits() == 16 => &Elementwise.Shift<IntegerUnit.ShiftRight<ushort>, ushort>,
            _ when type.Bits() == 32 => &Elementwise.VectorBinary<IntegerUnit.ShiftRight32, uint>,
            _ => &Elementwise.Shift<IntegerUnit.ShiftRight<ulong>, ulong>,
        };

    private static Operation Any(PtxType type, Operation b16, Operation b32, Operation b64) => type.Bits() switch
    {
        16 => b16,
        32 => b32,
        _ => b64,
    };

    private static Operation Each(PtxType type, Operation s16, Operation u16, Operation s32, Operation u32, Operation s64, Operation u64) => type.IsSigned()
        ? Any(type, s16, s32, s64)
        : Any(type, u16, u32, u64);
}
