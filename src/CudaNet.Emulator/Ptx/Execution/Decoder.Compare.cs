namespace CudaNet.Emulator.Ptx.Execution;

/// <summary><c>setp</c>, <c>set</c>, and logic of predicates.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeComparison(PtxModifiers m)
    {
        bool isSet = _current.Opcode == PtxOpcode.Set;
        PtxType type = isSet ? m.SourceType : m.Type;
        PtxComparison comparison = m.Comparison;
        if (type.IsUntyped() || type.IsUnsigned() || type.IsSigned())
        {
            comparison = comparison switch
            {
                PtxComparison.Lo => PtxComparison.Lt,
                PtxComparison.Ls => PtxComparison.Le,
                PtxComparison.Hi => PtxComparison.Gt,
                PtxComparison.Hs => PtxComparison.Ge,
                _ => comparison,
            };
        }

        // Greater is less with the operands swapped; what is not ordered is the negation of what is.
        (PtxComparison basic, bool swapped, bool inverted) = comparison switch
        {
            PtxComparison.Eq => (PtxComparison.Eq, false, false),
            PtxComparison.Ne => type.IsFloat() ? (PtxComparison.Ne, false, false) : (PtxComparison.Eq, false, true),
            PtxComparison.Lt => (PtxComparison.Lt, false, false),
            PtxComparison.Le => (PtxComparison.Le, false, false),
            PtxComparison.Gt => (PtxComparison.Lt, true, false),
            PtxComparison.Ge => (PtxComparison.Le, true, false),
            PtxComparison.Equ => (PtxComparison.Ne, false, true),
            PtxComparison.Neu => (PtxComparison.Eq, false, true),
            PtxComparison.Ltu => (PtxComparison.Le, true, true),
            PtxComparison.Leu => (PtxComparison.Lt, true, true),
            PtxComparison.Gtu => (PtxComparison.Le, false, true),
            PtxComparison.Geu => (PtxComparison.Lt, false, true),
            PtxComparison.Num => (PtxComparison.Num, false, false),
            PtxComparison.NaN => (PtxComparison.Num, false, true),
            _ => throw Unsupported(),
        };
        Operation operation = basic switch
        {
            PtxComparison.Eq => Compare<Comparisons.Equal>(isSet, type, m),
            PtxComparison.Ne => Compare<Comparisons.LessOrGreater>(isSet, type, m),
            PtxComparison.Lt => Compare<Comparisons.Less>(isSet, type, m),
            PtxComparison.Le => Compare<Comparisons.LessOrEqual>(isSet, type, m),
            _ => Compare<Comparisons.Ordered>(isSet, type, m),
        };

        IReadOnlyList<PtxOperand> operands = _current.Operands;
        int a = Source(operands[swapped ? 2 : 1], type);
        int b = Source(operands[swapped ? 1 : 2], type);
        Instruction i = New(operation, type.IsFloat() ? InstructionKind.Float : InstructionKind.Integer);
        i.A = a;
        i.B = b;
        i.Traits |= inverted ? InstructionTraits.Inverted : 0;
        i.Immediate = (long)m.Boolean;
        i.Extra = isSet ? TrueBits(m.Type) : 0;
        if (operands.Count > 3)
        {
            i.C = Source(operands[3], PtxType.Pred);
            i.Traits |= operands[3] is PtxRegisterOperand { Negated: true } ? InstructionTraits.NegatedSource : 0;
        }

        i.Destination = Destination(operands[0]);
        i.Destination2 = operands[0] is PtxPairOperand pair ? Destination(pair.Second) : RegisterFile.Sink;
        _code.Add(i);
    }

    private static int TrueBits(PtxType type) => type switch
    {
        PtxType.F32 => 0x3F800000,
        PtxType.F16 or PtxType.F16x2 => 0x3C00,
        PtxType.BF16 or PtxType.BF16x2 => 0x3F80,
        PtxType.U16 or PtxType.S16 => 0xFFFF,
        _ => -1,
    };

    private Operation Compare<T>(bool isSet, PtxType type, PtxModifiers m)
        where T : struct, Comparisons.IComparison => type switch
        {
            PtxType.B16 or PtxType.U16 or PtxType.B32 or PtxType.U32 => Compare<T, Comparisons.Plain<uint>, uint>(isSet),
            PtxType.S16 => Compare<T, Comparisons.Signed16, int>(isSet),
            PtxType.S32 => Compare<T, Comparisons.Plain<int>, int>(isSet),
            PtxType.B64 or PtxType.U64 => Compare<T, Comparisons.Plain<ulong>, ulong>(isSet),
            PtxType.S64 => Compare<T, Comparisons.Plain<long>, long>(isSet),
            PtxType.F32 => m.FlushToZero ? Compare<T, Comparisons.Flushed, float>(isSet) : Compare<T, Comparisons.Plain<float>, float>(isSet),
            PtxType.F64 => Compare<T, Comparisons.Plain<double>, double>(isSet),
            PtxType.F16 or PtxType.F16x2 => m.FlushToZero ? CompareHalves<T, Fp16, Yes>(isSet, type) : CompareHalves<T, Fp16, No>(isSet, type),
            PtxType.BF16 or PtxType.BF16x2 => CompareHalves<T, Bf16, No>(isSet, type),
            _ => throw Unsupported(),
        };

    private static Operation CompareHalves<TComparison, TFormat, TFlush>(bool isSet, PtxType type)
        where TComparison : struct, Comparisons.IComparison
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag => !type.IsPacked() ? Compare<TComparison, Comparisons.Half<TFormat, TFlush>, float>(isSet)
            : isSet ? &Comparisons.SetValuePair<TComparison, TFormat, TFlush>
            : &Comparisons.SetPredicatePair<TComparison, TFormat, TFlush>;

    private static Operation Compare<TComparison, TSource, T>(bool isSet)
        where TComparison : struct, Comparisons.IComparison
        where TSource : struct, Comparisons.ISource<T>
        where T : unmanaged => isSet ? &Comparisons.SetValue<TComparison, TSource, T> : &Comparisons.SetPredicate<TComparison, TSource, T>;

    private void DecodePredicateLogic(PtxOpcode opcode)
    {
        EmitLogic(opcode switch
        {
            PtxOpcode.And => &MoveUnit.Logic<MoveUnit.And>,
            PtxOpcode.Or => &MoveUnit.Logic<MoveUnit.Or>,
            PtxOpcode.Xor => &MoveUnit.Logic<MoveUnit.Xor>,
            _ => &MoveUnit.Logic<MoveUnit.Not>,
        });
        Last.Traits |= opcode switch
        {
            PtxOpcode.And => InstructionTraits.Settles,
            PtxOpcode.Or => InstructionTraits.Settles | InstructionTraits.Inverted,
            _ => InstructionTraits.None,
        };
    }

    private void EmitLogic(Operation operation)
    {
        IReadOnlyList<PtxOperand> operands = _current.Operands;
        Instruction i = New(operation, InstructionKind.Integer);
        i.A = Source(operands[1], PtxType.Pred);
        i.B = operands.Count > 2 ? Source(operands[2], PtxType.Pred) : RegisterFile.Nothing;
        i.Immediate = Flip(operands[1]) | (operands.Count > 2 ? Flip(operands[2]) << 32 : 0);
        i.Destination = Destination(operands[0]);
        _code.Add(i);

        static long Flip(PtxOperand operand) => operand is PtxRegisterOperand { Negated: true } ? uint.MaxValue : 0;
    }
}
