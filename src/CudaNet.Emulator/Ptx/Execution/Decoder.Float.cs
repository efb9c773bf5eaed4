namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Floating-point arithmetic.</summary>
internal sealed unsafe partial class Decoder
{
    private static bool IsDirected(PtxRounding rounding) => rounding is PtxRounding.Zero or PtxRounding.Down or PtxRounding.Up;

    private void DecodeFloat(PtxOpcode opcode, PtxModifiers m)
    {
        if (m.SourceType is PtxType.F16 or PtxType.BF16)
        {
            DecodeMixed(opcode, m);
            return;
        }

        switch (m.Type)
        {
            case PtxType.F32:
                EmitFloat(IsDirected(m.Rounding) && m.Approximation == PtxApproximation.None ? Directed(opcode) : Single(opcode, m), opcode, m);
                break;
            case PtxType.F32x2:
                EmitFloat(IsDirected(m.Rounding) ? DirectedPair(opcode) : SinglePair(opcode, m), opcode, m);
                break;
            case PtxType.F64:
                EmitFloat(IsDirected(m.Rounding) ? DirectedWide(opcode) : Double(opcode, m), opcode, m);
                break;
            case PtxType.F16 or PtxType.F16x2:
                DecodeHalf<Fp16>(opcode, m);
                break;
            case PtxType.BF16 or PtxType.BF16x2:
                DecodeHalf<Bf16>(opcode, m);
                break;
            default:
                throw Unsupported();
        }
    }

    /// <summary>Halves are widened exactly, then the singles computed with.</summary>
    private void DecodeMixed(PtxOpcode opcode, PtxModifiers m)
    {
        int halves = opcode == PtxOpcode.Fma ? 2 : 1;
        int[] sources = [.. _current.Operands.Skip(1).Select((operand, at) => at < halves ? Widened(operand, m.SourceType) : Source(operand, PtxType.F32))];
        Instruction i = New(IsDirected(m.Rounding) ? Directed(opcode) : Single(opcode, m), InstructionKind.Float);
        i.A = sources[0];
        i.B = sources[1];
        i.C = sources.Length > 2 ? sources[2] : i.C;
        i.Immediate = (long)m.Rounding;
        i.Extra = m.Saturate ? DirectedFloat.Saturate : 0;
        i.Destination = Destination(_current.Operands[0]);
        _code.Add(i);
    }

    private int Widened(PtxOperand operand, PtxType type)
    {
        int half = Source(operand, type);
        Instruction widen = New(
            type == PtxType.F16 ? &Elementwise.VectorUnary<Conversions.WidenHalf<Fp16>, uint> : &Elementwise.VectorUnary<Conversions.WidenHalf<Bf16>, uint>,
            InstructionKind.Auxiliary);
        widen.A = half;
        return Temporary(widen, false);
    }

    private void EmitFloat(Operation operation, PtxOpcode opcode, PtxModifiers m)
    {
        int options = (m.FlushToZero ? DirectedFloat.Flush : 0) | (m.Saturate ? DirectedFloat.Saturate : 0);
        InstructionKind kind = opcode is PtxOpcode.Div or PtxOpcode.Rcp or PtxOpcode.Sqrt ? InstructionKind.Special : InstructionKind.Float;
        Emit(operation, kind, immediate: (long)m.Rounding, extra: options);
    }

    private Operation Directed(PtxOpcode opcode) => opcode switch
    {
        PtxOpcode.Add => &DirectedFloat.Execute<DirectedFloat.Add>,
        PtxOpcode.Sub => &DirectedFloat.Execute<DirectedFloat.Subtract>,
        PtxOpcode.Mul => &DirectedFloat.Execute<DirectedFloat.Multiply>,
        PtxOpcode.Fma or PtxOpcode.Mad => &DirectedFloat.Execute<DirectedFloat.MultiplyAdd>,
        PtxOpcode.Div => &DirectedFloat.Execute<DirectedFloat.Divide>,
        PtxOpcode.Rcp => &DirectedFloat.Execute<DirectedFloat.Reciprocal>,
        PtxOpcode.Sqrt => &DirectedFloat.Execute<DirectedFloat.SquareRoot>,
        _ => throw Unsupported(),
    };

    private Operation DirectedPair(PtxOpcode opcode) => opcode switch
    {
        PtxOpcode.Add => &DirectedFloat.ExecutePair<DirectedFloat.Add>,
        PtxOpcode.Sub => &DirectedFloat.ExecutePair<DirectedFloat.Subtract>,
        PtxOpcode.Mul => &DirectedFloat.ExecutePair<DirectedFloat.Multiply>,
        PtxOpcode.Fma => &DirectedFloat.ExecutePair<DirectedFloat.MultiplyAdd>,
        _ => throw Unsupported(),
    };

    private Operation DirectedWide(PtxOpcode opcode) => opcode switch
    {
        PtxOpcode.Add => &DirectedDouble.Execute<DirectedDouble.Add>,
        PtxOpcode.Sub => &DirectedDouble.Execute<DirectedDouble.Subtract>,
        PtxOpcode.Mul => &DirectedDouble.Execute<DirectedDouble.Multiply>,
        PtxOpcode.Fma or PtxOpcode.Mad => &DirectedDouble.Execute<DirectedDouble.MultiplyAdd>,
        PtxOpcode.Div => &DirectedDouble.Execute<DirectedDouble.Divide>,
        PtxOpcode.Rcp => &DirectedDouble.Execute<DirectedDouble.Reciprocal>,
        PtxOpcode.Sqrt => &DirectedDouble.Execute<DirectedDouble.SquareRoot>,
        _ => throw Unsupported(),
    };

    private Operation Double(PtxOpcode opcode, PtxModifiers m) => opcode switch
    {
        PtxOpcode.Add => &Elementwise.Binary<DoubleUnit.Add, double>,
        PtxOpcode.Sub => &Elementwise.Binary<DoubleUnit.Subtract, double>,
        PtxOpcode.Mul => &Elementwise.Binary<DoubleUnit.Multiply, double>,
        PtxOpcode.Fma or PtxOpcode.Mad => &Elementwise.Ternary<DoubleUnit.MultiplyAdd, double>,
        PtxOpcode.Div => &Elementwise.Binary<DoubleUnit.Divide, double>,
        PtxOpcode.Rcp when m.Approximation != PtxApproximation.None => &Elementwise.Unary<DoubleUnit.Coarse<DoubleUnit.Reciprocal>, double, double>,
        PtxOpcode.Rcp => &Elementwise.Unary<DoubleUnit.Reciprocal, double, double>,
        PtxOpcode.Sqrt => &Elementwise.Unary<DoubleUnit.SquareRoot, double, double>,
        PtxOpcode.Min => &Elementwise.Binary<DoubleUnit.Min, double>,
        PtxOpcode.Max => &Elementwise.Binary<DoubleUnit.Max, double>,
        PtxOpcode.Neg => &Elementwise.Unary<DoubleUnit.Negate, double, double>,
        PtxOpcode.Abs => &Elementwise.Unary<DoubleUnit.Abs, double, double>,
        PtxOpcode.CopySign => &Elementwise.Binary<DoubleUnit.CopySign, double>,
        _ => throw Unsupported(),
    };

    private Operation Single(PtxOpcode opcode, PtxModifiers m) => opcode switch
    {
        PtxOpcode.Add => Binary<FloatUnit.Add>(m),
        PtxOpcode.Sub => Binary<FloatUnit.Subtract>(m),
        PtxOpcode.Mul => Binary<FloatUnit.Multiply>(m),
        PtxOpcode.Div => m.Approximation == PtxApproximation.Approximate ? Binary<FloatUnit.DivideByReciprocal>(m) : Binary<FloatUnit.Divide>(m),
        PtxOpcode.Fma or PtxOpcode.Mad => Ternary<FloatUnit.FusedMultiplyAdd>(m),
        PtxOpcode.Rcp => Unary<FloatUnit.Reciprocal>(m),
        PtxOpcode.Sqrt => Unary<FloatUnit.SquareRoot>(m),
        PtxOpcode.Min when m.XorSignAbs => m.PropagateNaN ? Binary<FloatUnit.SignedMin<FloatUnit.MinPropagating>>(m) : Binary<FloatUnit.SignedMin<FloatUnit.Min>>(m),
        PtxOpcode.Max when m.XorSignAbs => m.PropagateNaN ? Binary<FloatUnit.SignedMin<FloatUnit.MaxPropagating>>(m) : Binary<FloatUnit.SignedMin<FloatUnit.Max>>(m),
        PtxOpcode.Min => m.PropagateNaN ? Binary<FloatUnit.MinPropagating>(m) : Binary<FloatUnit.Min>(m),
        PtxOpcode.Max => m.PropagateNaN ? Binary<FloatUnit.MaxPropagating>(m) : Binary<FloatUnit.Max>(m),
        PtxOpcode.Neg when m.FlushToZero => &Elementwise.VectorUnary<FloatUnit.Negate<Yes>, float>,
        PtxOpcode.Neg => &Elementwise.VectorUnary<FloatUnit.Negate<No>, float>,
        PtxOpcode.Abs when m.FlushToZero => &Elementwise.VectorUnary<FloatUnit.Abs<Yes>, float>,
        PtxOpcode.Abs => &Elementwise.VectorUnary<FloatUnit.Abs<No>, float>,
        PtxOpcode.CopySign => &Elementwise.VectorBinary<FloatUnit.CopySign, float>,
        _ => throw Unsupported(),
    };

    private Operation SinglePair(PtxOpcode opcode, PtxModifiers m) => opcode switch
    {
        PtxOpcode.Add => m.FlushToZero
            ? &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Add, Yes>, ulong> : &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Add, No>, ulong>,
        PtxOpcode.Sub => m.FlushToZero
            ? &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Subtract, Yes>, ulong> : &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Subtract, No>, ulong>,
        PtxOpcode.Mul => m.FlushToZero
            ? &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Multiply, Yes>, ulong> : &Elementwise.VectorBinary<FloatPair.Binary<FloatUnit.Multiply, No>, ulong>,
        PtxOpcode.Fma => m.FlushToZero ? &Elementwise.VectorTernary<FloatPair.MultiplyAdd<Yes>, ulong> : &Elementwise.VectorTernary<FloatPair.MultiplyAdd<No>, ulong>,
        _ => throw Unsupported(),
    };

    private static Operation Unary<TOp>(PtxModifiers m)
        where TOp : struct, IVectorUnary<float> => (m.FlushToZero, m.Saturate) switch
        {
            (false, false) => &Elementwise.VectorUnary<FloatUnit.Unary<TOp, No, No>, float>,
            (true, false) => &Elementwise.VectorUnary<FloatUnit.Unary<TOp, Yes, No>, float>,
            (false, true) => &Elementwise.VectorUnary<FloatUnit.Unary<TOp, No, Yes>, float>,
            (true, true) => &Elementwise.VectorUnary<FloatUnit.Unary<TOp, Yes, Yes>, float>,
        };

    private static Operation Binary<TOp>(PtxModifiers m)
        where TOp : struct, IVectorBinary<float> => (m.FlushToZero, m.Saturate) switch
        {
            (false, false) => &Elementwise.VectorBinary<FloatUnit.Binary<TOp, No, No>, float>,
            (true, false) => &Elementwise.VectorBinary<FloatUnit.Binary<TOp, Yes, No>, float>,
            (false, true) => &Elementwise.VectorBinary<FloatUnit.Binary<TOp, No, Yes>, float>,
            (true, true) => &Elementwise.VectorBinary<FloatUnit.Binary<TOp, Yes, Yes>, float>,
        };

    private static Operation Ternary<TOp>(PtxModifiers m)
        where TOp : struct, IVectorTernary<float> => (m.FlushToZero, m.Saturate) switch
        {
            (false, false) => &Elementwise.VectorTernary<FloatUnit.Ternary<TOp, No, No>, float>,
            (true, false) => &Elementwise.VectorTernary<FloatUnit.Ternary<TOp, Yes, No>, float>,
            (false, true) => &Elementwise.VectorTernary<FloatUnit.Ternary<TOp, No, Yes>, float>,
            (true, true) => &Elementwise.VectorTernary<FloatUnit.Ternary<TOp, Yes, Yes>, float>,
        };

    private void DecodeSpecial(PtxOpcode opcode, PtxModifiers m)
    {
        Operation operation = m.Type switch
        {
            PtxType.F32 => opcode switch
            {
                PtxOpcode.Ex2 => &SpecialFunctions.Single<SpecialFunctions.Exp2>,
                PtxOpcode.Lg2 => &SpecialFunctions.Single<SpecialFunctions.Log2>,
                PtxOpcode.Rsqrt => &SpecialFunctions.Single<SpecialFunctions.ReciprocalRoot>,
                PtxOpcode.Sin => &SpecialFunctions.Single<SpecialFunctions.Sine>,
                PtxOpcode.Cos => &SpecialFunctions.Single<SpecialFunctions.Cosine>,
                _ => &SpecialFunctions.Single<SpecialFunctions.HyperbolicTangent>,
            },
            PtxType.F64 when opcode == PtxOpcode.Rsqrt && m.FlushToZero => &Elementwise.Unary<DoubleUnit.Coarse<DoubleUnit.ReciprocalRoot>, double, double>,
            PtxType.F64 when opcode == PtxOpcode.Rsqrt => &Elementwise.Unary<DoubleUnit.ReciprocalRoot, double, double>,
            PtxType.F16 or PtxType.F16x2 => opcode == PtxOpcode.Ex2
                ? &SpecialFunctions.Half<SpecialFunctions.Exp2, Fp16> : &SpecialFunctions.Half<SpecialFunctions.HyperbolicTangent, Fp16>,
            PtxType.BF16 or PtxType.BF16x2 => opcode == PtxOpcode.Ex2
                ? &SpecialFunctions.Half<SpecialFunctions.Exp2, Bf16> : &SpecialFunctions.Half<SpecialFunctions.HyperbolicTangent, Bf16>,
            _ => throw Unsupported(),
        };
        Emit(operation, InstructionKind.Special, immediate: (m.Type.IsPacked() ? 8 : 0) | (m.FlushToZero ? 1 : 0));
    }

    private void DecodeTest(PtxModifiers m) => Emit(
        m.Type == PtxType.F64 ? &FloatTests.Execute<double> : &FloatTests.Execute<float>, InstructionKind.Float, immediate: (long)m.Test);
}
