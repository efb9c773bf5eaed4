namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Moves, selections and conversions.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeMove(PtxOpcode opcode, PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        bool wide = m.Type.Bits() == 64;
        switch (opcode)
        {
            case PtxOpcode.Mov when operands[0] is PtxVectorOperand parts:
                Instruction unpack = New(&MoveUnit.Unpack, InstructionKind.Integer);
                unpack.A = Source(operands[1], m.Type);
                SetParts(ref unpack, parts, m, false);
                unpack.Traits |= InstructionTraits.Unpacks;
                _code.Add(unpack);
                break;
            case PtxOpcode.Mov when operands[1] is PtxVectorOperand parts:
                Instruction pack = New(&MoveUnit.Pack, InstructionKind.Integer);
                SetParts(ref pack, parts, m, true);
                pack.Destination = Destination(operands[0]);
                _code.Add(pack);
                break;
            case PtxOpcode.Mov when m.Type == PtxType.Pred:
                EmitLogic(&MoveUnit.Logic<MoveUnit.Same>);
                break;
            case PtxOpcode.Mov:
                Emit(wide ? &MoveUnit.Move<ulong> : &MoveUnit.Move<uint>, InstructionKind.Integer);
                break;
            case PtxOpcode.Selp:
                Emit(wide ? &MoveUnit.Select<ulong> : &MoveUnit.Select<uint>, InstructionKind.Integer, lastType: PtxType.Pred);
                Last.Traits |= InstructionTraits.Selects;
                Last.Traits |= operands[3] is PtxRegisterOperand { Negated: true } ? InstructionTraits.NegatedSource : 0;
                break;
            default:
                Emit(
                    m.SourceType != PtxType.F32
                        ? wide ? &MoveUnit.SelectBySign<MoveUnit.IntegerSign, ulong> : &MoveUnit.SelectBySign<MoveUnit.IntegerSign, uint>
                        : m.FlushToZero
                            ? wide ? &MoveUnit.SelectBySign<MoveUnit.FlushedSign, ulong> : &MoveUnit.SelectBySign<MoveUnit.FlushedSign, uint>
                            : wide ? &MoveUnit.SelectBySign<MoveUnit.FloatSign, ulong> : &MoveUnit.SelectBySign<MoveUnit.FloatSign, uint>,
                    InstructionKind.Integer,
                    lastType: m.SourceType);
                break;
        }
    }

    /// <summary>The instruction emitted last.</summary>
    private ref Instruction Last => ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_code)[^1];

    private void SetParts(ref Instruction i, PtxVectorOperand parts, PtxModifiers m, bool read)
    {
        int count = parts.Elements.Count;
        PtxType part = (m.Type.Bits() / count) switch
        {
            8 => PtxType.B8,
            16 => PtxType.B16,
            32 => PtxType.B32,
            _ => throw Unsupported("a vector of such parts"),
        };
        if (m.Type.Bits() == 128)
        {
            throw Unsupported("a move of 128 bits");
        }

        int[] slots = [.. parts.Elements.Select(element => read ? Source(element, part) : Destination(element))];
        i.Extra = _extras.Count;
        i.ExtraCount = count;
        i.Size = (byte)part.Bytes();
        i.Traits |= m.Type.Bits() == 64 ? InstructionTraits.WideData : 0;
        _extras.AddRange(slots);
    }

    private void DecodeConversion(PtxModifiers m)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        PtxType to = m.Type;
        PtxType from = m.SourceType;
        int options = (m.FlushToZero ? Conversions.Flush : 0) | (m.Saturate ? Conversions.Saturate : 0)
            | (m.Relu ? Conversions.Relu : 0);
        if (m.SaturateFinite)
        {
            throw Unsupported("saturation to the largest finite number");
        }

        Operation operation = (to, from) switch
        {
            (PtxType.F16x2, PtxType.F32) => &Conversions.PackPair<Fp16>,
            (PtxType.BF16x2, PtxType.F32) => &Conversions.PackPair<Bf16>,
            (PtxType.F32, PtxType.F16) when options == 0 => &Elementwise.VectorUnary<Conversions.WidenHalf<Fp16>, uint>,
            (PtxType.F32, PtxType.BF16) when options == 0 => &Elementwise.VectorUnary<Conversions.WidenHalf<Bf16>, uint>,
            (PtxType.F16, PtxType.F32) when options == 0 && m.Rounding == PtxRounding.Nearest => &Elementwise.VectorUnary<Conversions.NarrowHalf<Fp16>, uint>,
            (PtxType.BF16, PtxType.F32) when options == 0 && m.Rounding == PtxRounding.Nearest => &Elementwise.VectorUnary<Conversions.NarrowHalf<Bf16>, uint>,
            (PtxType.F32, PtxType.S32) when options == 0 && m.Rounding == PtxRounding.Nearest => &Elementwise.VectorUnary<Conversions.SignedToSingle, uint>,
            (PtxType.F32, PtxType.U32) when options == 0 && m.Rounding == PtxRounding.Nearest => &Elementwise.Unary<Conversions.UnsignedToSingle, float, uint>,
            _ when to.IsFloat() && from.IsFloat() => FloatToFloat(to, from),
            _ when to.IsFloat() => IntegerToFloat(to, from),
            _ when from.IsFloat() => FloatToInteger(to, from),
            _ => IntegerToInteger(to, from),
        };
        Emit(operation, InstructionKind.Conversion, from, (long)m.Rounding, options);
        PtxType register = operands[0] is PtxRegisterOperand destination ? destination.Register.Type : to;
        Last.Traits |= register.Bits() switch
        {
            64 => InstructionTraits.WideData,
            16 => InstructionTraits.Half,
            _ => InstructionTraits.None,
        };
    }

    private Operation FloatToFloat(PtxType to, PtxType from) => to switch
    {
        PtxType.F16 => FromFloat<Conversions.Half<Fp16>>(from),
        PtxType.BF16 => FromFloat<Conversions.Half<Bf16>>(from),
        PtxType.TF32 => FromFloat<Conversions.Tf32>(from),
        PtxType.F32 => FromFloat<Conversions.Single>(from),
        PtxType.F64 => FromFloat<Conversions.Double>(from),
        _ => throw Unsupported(),
    };

    private Operation FromFloat<TTo>(PtxType from)
        where TTo : struct, Conversions.IFormat => from switch
        {
            PtxType.F16 => &Conversions.FloatToFloat<TTo, Conversions.Half<Fp16>>,
            PtxType.BF16 => &Conversions.FloatToFloat<TTo, Conversions.Half<Bf16>>,
            PtxType.F32 => &Conversions.FloatToFloat<TTo, Conversions.Single>,
            PtxType.F64 => &Conversions.FloatToFloat<TTo, Conversions.Double>,
            _ => throw Unsupported(),
        };

    private Operation IntegerToFloat(PtxType to, PtxType from) => to switch
    {
        PtxType.F16 => FromInteger<Conversions.Half<Fp16>>(from),
        PtxType.BF16 => FromInteger<Conversions.Half<Bf16>>(from),
        PtxType.F32 => FromInteger<Conversions.Single>(from),
        PtxType.F64 => FromInteger<Conversions.Double>(from),
        _ => throw Unsupported(),
    };

    private Operation FromInteger<TTo>(PtxType from)
        where TTo : struct, Conversions.IFormat => from switch
        {
            PtxType.U8 => &Conversions.IntegerToFloat<TTo, byte>,
            PtxType.S8 => &Conversions.IntegerToFloat<TTo, sbyte>,
            PtxType.U16 => &Conversions.IntegerToFloat<TTo, ushort>,
            PtxType.S16 => &Conversions.IntegerToFloat<TTo, short>,
            PtxType.U32 => &Conversions.IntegerToFloat<TTo, uint>,
            PtxType.S32 => &Conversions.IntegerToFloat<TTo, int>,
            PtxType.U64 => &Conversions.IntegerToFloat<TTo, ulong>,
            PtxType.S64 => &Conversions.IntegerToFloat<TTo, long>,
            _ => throw Unsupported(),
        };

    private Operation FloatToInteger(PtxType to, PtxType from) => from switch
    {
        PtxType.F16 => ToInteger<Conversions.Half<Fp16>>(to),
        PtxType.BF16 => ToInteger<Conversions.Half<Bf16>>(to),
        PtxType.F32 => ToInteger<Conversions.Single>(to),
        PtxType.F64 => ToInteger<Conversions.Double>(to),
        _ => throw Unsupported(),
    };

    private Operation ToInteger<TFrom>(PtxType to)
        where TFrom : struct, Conversions.IFormat => to switch
        {
            PtxType.U8 => &Conversions.FloatToInteger<byte, TFrom>,
            PtxType.S8 => &Conversions.FloatToInteger<sbyte, TFrom>,
            PtxType.U16 => &Conversions.FloatToInteger<ushort, TFrom>,
            PtxType.S16 => &Conversions.FloatToInteger<short, TFrom>,
            PtxType.U32 => &Conversions.FloatToInteger<uint, TFrom>,
            PtxType.S32 => &Conversions.FloatToInteger<int, TFrom>,
            PtxType.U64 => &Conversions.FloatToInteger<ulong, TFrom>,
            PtxType.S64 => &Conversions.FloatToInteger<long, TFrom>,
            _ => throw Unsupported(),
        };

    private Operation IntegerToInteger(PtxType to, PtxType from) => to switch
    {
        PtxType.U8 => BetweenIntegers<byte>(from),
        PtxType.S8 => BetweenIntegers<sbyte>(from),
        PtxType.U16 => BetweenIntegers<ushort>(from),
        PtxType.S16 => BetweenIntegers<short>(from),
        PtxType.U32 => BetweenIntegers<uint>(from),
        PtxType.S32 => BetweenIntegers<int>(from),
        PtxType.U64 => BetweenIntegers<ulong>(from),
        PtxType.S64 => BetweenIntegers<long>(from),
        _ => throw Unsupported(),
    };

    private Operation BetweenIntegers<TTo>(PtxType from)
        where TTo : unmanaged, System.Numerics.IBinaryInteger<TTo> => from switch
        {
            PtxType.U8 => &Conversions.IntegerToInteger<TTo, byte>,
            PtxType.S8 => &Conversions.IntegerToInteger<TTo, sbyte>,
            PtxType.U16 => &Conversions.IntegerToInteger<TTo, ushort>,
            PtxType.S16 => &Conversions.IntegerToInteger<TTo, short>,
            PtxType.U32 => &Conversions.IntegerToInteger<TTo, uint>,
            PtxType.S32 => &Conversions.IntegerToInteger<TTo, int>,
            PtxType.U64 => &Conversions.IntegerToInteger<TTo, ulong>,
            PtxType.S64 => &Conversions.IntegerToInteger<TTo, long>,
            _ => throw Unsupported(),
        };
}
