namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Which operation an integer instruction is.</summary>
internal sealed unsafe partial class Decoder
{
    private Operation Plain(PtxOpcode opcode, PtxModifiers m)
    {
        PtxType t = m.Type;
        return opcode switch
        {
            PtxOpcode.Add when m.Saturate => &Elementwise.Binary<IntegerUnit.AddSaturate, int>,
            PtxOpcode.Add when t is PtxType.U16 or PtxType.S16 or PtxType.U32 or PtxType.S32 or PtxType.U64 or PtxType.S64 =>
                Any(t, &Elementwise.Binary<IntegerUnit.Add<ushort>, ushort>, &Elementwise.VectorBinary<IntegerUnit.Add<uint>, uint>, &Elementwise.VectorBinary<IntegerUnit.Add<ulong>, ulong>),
            PtxOpcode.Sub when m.Saturate => &Elementwise.Binary<IntegerUnit.SubtractSaturate, int>,
            PtxOpcode.Sub when !t.IsFloat() =>
                Any(t, &Elementwise.Binary<IntegerUnit.Subtract<ushort>, ushort>, &Elementwise.VectorBinary<IntegerUnit.Subtract<uint>, uint>, &Elementwise.VectorBinary<IntegerUnit.Subtract<ulong>, ulong>),
            PtxOpcode.Mul when m.Part == PtxProductPart.Low =>
                Any(t, &Elementwise.Binary<IntegerUnit.MultiplyLow<ushort>, ushort>, &Elementwise.VectorBinary<IntegerUnit.MultiplyLow<uint>, uint>, &Elementwise.Binary<IntegerUnit.MultiplyLow<ulong>, ulong>),
            PtxOpcode.Mul => Each(
                t,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<short>, short>,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<ushort>, ushort>,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<int>, int>,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<uint>, uint>,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<long>, long>,
                &Elementwise.Binary<IntegerUnit.MultiplyHigh<ulong>, ulong>),
            PtxOpcode.Mad when m.Part == PtxProductPart.Low =>
                Any(t, &Elementwise.Ternary<IntegerUnit.MultiplyAddLow<ushort>, ushort>, &Elementwise.VectorTernary<IntegerUnit.MultiplyAddLow<uint>, uint>, &Elementwise.Ternary<IntegerUnit.MultiplyAddLow<ulong>, ulong>),
            PtxOpcode.Mad when m.Saturate => &Elementwise.Ternary<IntegerUnit.MultiplyAddHighSaturate, int>,
            PtxOpcode.Mad => Each(
                t,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<short>, short>,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<ushort>, ushort>,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<int>, int>,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<uint>, uint>,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<long>, long>,
                &Elementwise.Ternary<IntegerUnit.MultiplyAddHigh<ulong>, ulong>),
            PtxOpcode.Mad24 when m.Saturate => &Elementwise.Ternary<WideProducts.High24Saturate, int>,
            PtxOpcode.Mul24 or PtxOpcode.Mad24 => t.IsSigned()
                ? m.Part == PtxProductPart.High ? &Elementwise.Ternary<WideProducts.High24Signed, int> : &Elementwise.Ternary<WideProducts.Low24Signed, int>
                : m.Part == PtxProductPart.High ? &Elementwise.Ternary<WideProducts.High24Unsigned, uint> : &Elementwise.Ternary<WideProducts.Low24Unsigned, uint>,
            PtxOpcode.Min when m.Relu => &Elementwise.Binary<IntegerUnit.MinRectified, int>,
            PtxOpcode.Max when m.Relu => &Elementwise.Binary<IntegerUnit.MaxRectified, int>,
            PtxOpcode.Min when !t.IsPacked() => Each(
                t,
                &Elementwise.Binary<IntegerUnit.Min<short>, short>,
                &Elementwise.Binary<IntegerUnit.Min<ushort>, ushort>,
                &Elementwise.VectorBinary<IntegerUnit.Min<int>, int>,
                &Elementwise.VectorBinary<IntegerUnit.Min<uint>, uint>,
                &Elementwise.Binary<IntegerUnit.Min<long>, long>,
                &Elementwise.Binary<IntegerUnit.Min<ulong>, ulong>),
            PtxOpcode.Max => Each(
                t,
                &Elementwise.Binary<IntegerUnit.Max<short>, short>,
                &Elementwise.Binary<IntegerUnit.Max<ushort>, ushort>,
                &Elementwise.VectorBinary<IntegerUnit.Max<int>, int>,
                &Elementwise.VectorBinary<IntegerUnit.Max<uint>, uint>,
                &Elementwise.Binary<IntegerUnit.Max<long>, long>,
                &Elementwise.Binary<IntegerUnit.Max<ulong>, ulong>),
            PtxOpcode.Div => Each(
                t,
                &Elementwise.Binary<IntegerUnit.Divide<short>, short>,
                &Elementwise.Binary<IntegerUnit.Divide<ushort>, ushort>,
                &Elementwise.Binary<IntegerUnit.Divide<int>, int>,
                &Elementwise.Binary<IntegerUnit.Divide<uint>, uint>,
                &Elementwise.Binary<IntegerUnit.Divide<long>, long>,
                &Elementwise.Binary<IntegerUnit.Divide<ulong>, ulong>),
            PtxOpcode.Rem => Each(
                t,
                &Elementwise.Binary<IntegerUnit.Remainder<short>, short>,
                &Elementwise.Binary<IntegerUnit.Remainder<ushort>, ushort>,
                &Elementwise.Binary<IntegerUnit.Remainder<int>, int>,
                &Elementwise.Binary<IntegerUnit.Remainder<uint>, uint>,
                &Elementwise.Binary<IntegerUnit.Remainder<long>, long>,
                &Elementwise.Binary<IntegerUnit.Remainder<ulong>, ulong>),
            PtxOpcode.Sad => Each(
                t,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<short>, short>,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<ushort>, ushort>,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<int>, int>,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<uint>, uint>,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<long>, long>,
                &Elementwise.Ternary<IntegerUnit.SumOfDifference<ulong>, ulong>),
            _ => Bits(opcode, m),
        };
    }

    private Operation Bits(PtxOpcode opcode, PtxModifiers m)
    {
        PtxType t = m.Type;
        bool wide = t.Bits() == 64;
        return opcode switch
        {
            PtxOpcode.And => wide ? &Elementwise.VectorBinary<IntegerUnit.And<ulong>, ulong> : &Elementwise.VectorBinary<IntegerUnit.And<uint>, uint>,
            PtxOpcode.Or => wide ? &Elementwise.VectorBinary<IntegerUnit.Or<ulong>, ulong> : &Elementwise.VectorBinary<IntegerUnit.Or<uint>, uint>,
            PtxOpcode.Xor => wide ? &Elementwise.VectorBinary<IntegerUnit.Xor<ulong>, ulong> : &Elementwise.VectorBinary<IntegerUnit.Xor<uint>, uint>,
            PtxOpcode.Not => Any(t, &Elementwise.Unary<IntegerUnit.Not<ushort>, ushort, ushort>, &Elementwise.Unary<IntegerUnit.Not<uint>, uint, uint>, &Elementwise.Unary<IntegerUnit.Not<ulong>, ulong, ulong>),
            PtxOpcode.CNot => Any(t, &Elementwise.Unary<IntegerUnit.LogicalNot<ushort>, ushort, ushort>, &Elementwise.Unary<IntegerUnit.LogicalNot<uint>, uint, uint>, &Elementwise.Unary<IntegerUnit.LogicalNot<ulong>, ulong, ulong>),
            PtxOpcode.Neg => Any(t, &Elementwise.Unary<IntegerUnit.Negate<short>, short, short>, &Elementwise.Unary<IntegerUnit.Negate<int>, int, int>, &Elementwise.Unary<IntegerUnit.Negate<long>, long, long>),
            PtxOpcode.Abs => Any(t, &Elementwise.Unary<IntegerUnit.Abs<short>, short, short>, &Elementwise.Unary<IntegerUnit.Abs<int>, int, int>, &Elementwise.Unary<IntegerUnit.Abs<long>, long, long>),
            PtxOpcode.Brev => wide ? &Elementwise.Unary<BitUnit.Reverse<ulong>, ulong, ulong> : &Elementwise.Unary<BitUnit.Reverse<uint>, uint, uint>,
            PtxOpcode.Popc => wide ? &Elementwise.Unary<BitUnit.PopCount<ulong>, uint, ulong> : &Elementwise.Unary<BitUnit.PopCount<uint>, uint, uint>,
            PtxOpcode.Clz => wide ? &Elementwise.Unary<BitUnit.LeadingZeros<ulong>, uint, ulong> : &Elementwise.Unary<BitUnit.LeadingZeros<uint>, uint, uint>,
            PtxOpcode.Bfind when m.ShiftAmount => Sized(t, &Elementwise.Unary<BitUnit.FindShift<int>, uint, int>, &Elementwise.Unary<BitUnit.FindShift<uint>, uint, uint>, &Elementwise.Unary<BitUnit.FindShift<long>, uint, long>, &Elementwise.Unary<BitUnit.FindShift<ulong>, uint, ulong>),
            PtxOpcode.Bfind => Sized(t, &Elementwise.Unary<BitUnit.FindHighest<int>, uint, int>, &Elementwise.Unary<BitUnit.FindHighest<uint>, uint, uint>, &Elementwise.Unary<BitUnit.FindHighest<long>, uint, long>, &Elementwise.Unary<BitUnit.FindHighest<ulong>, uint, ulong>),
            PtxOpcode.Shf => m.Direction == PtxShiftDirection.Left
                ? m.Wrap ? &Elementwise.Ternary<BitUnit.FunnelLeftWrap, uint> : &Elementwise.Ternary<BitUnit.FunnelLeft, uint>
                : m.Wrap ? &Elementwise.Ternary<BitUnit.FunnelRightWrap, uint> : &Elementwise.Ternary<BitUnit.FunnelRight, uint>,
            _ => throw Unsupported(),
        };
    }

    private void DecodeCarry(PtxOpcode opcode, PtxModifiers m)
    {
        bool multiply = opcode is PtxOpcode.Mad or PtxOpcode.MadC;
        bool reads = opcode is PtxOpcode.AddC or PtxOpcode.SubC or PtxOpcode.MadC;
        long options = (reads ? CarryUnit.Reads : 0) | (m.CarryOut ? CarryUnit.Writes : 0)
            | (opcode is PtxOpcode.Sub or PtxOpcode.SubC ? CarryUnit.Subtracts : 0) | (m.Part == PtxProductPart.High ? CarryUnit.High : 0);
        Operation operation = Sized(
            m.Type,
            multiply ? &CarryUnit.MultiplyAdd<int, uint> : &CarryUnit.Add<uint>,
            multiply ? &CarryUnit.MultiplyAdd<uint, uint> : &CarryUnit.Add<uint>,
            multiply ? &CarryUnit.MultiplyAdd<long, ulong> : &CarryUnit.Add<ulong>,
            multiply ? &CarryUnit.MultiplyAdd<ulong, ulong> : &CarryUnit.Add<ulong>);
        EmitInteger(operation, immediate: options);
        Last.E = reads ? RegisterFile.Carry : Last.E;
        Last.Destination2 = m.CarryOut ? RegisterFile.Carry : Last.Destination2;
    }
}
