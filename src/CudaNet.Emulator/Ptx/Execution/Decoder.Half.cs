namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Arithmetic of fp16 and bf16.</summary>
internal sealed unsafe partial class Decoder
{
    private void DecodeHalf<TFormat>(PtxOpcode opcode, PtxModifiers m)
        where TFormat : struct, IHalfFormat
    {
        long options = (m.Saturate ? 1 : 0) | (m.Relu ? 2 : 0) | (m.FlushToZero ? 4 : 0) | (m.Type.IsPacked() ? 8 : 0);
        Operation operation = opcode switch
        {
            PtxOpcode.Fma or PtxOpcode.Mad => &HalfUnit.MultiplyAdd<TFormat>,
            PtxOpcode.Add => HalfBinary<TFormat, FloatUnit.Add>(m),
            PtxOpcode.Sub => HalfBinary<TFormat, FloatUnit.Subtract>(m),
            PtxOpcode.Mul => HalfBinary<TFormat, FloatUnit.Multiply>(m),
            PtxOpcode.Min when m.XorSignAbs => m.PropagateNaN
                ? HalfBinary<TFormat, FloatUnit.SignedMin<FloatUnit.MinPropagating>>(m) : HalfBinary<TFormat, FloatUnit.SignedMin<FloatUnit.Min>>(m),
            PtxOpcode.Max when m.XorSignAbs => m.PropagateNaN
                ? HalfBinary<TFormat, FloatUnit.SignedMin<FloatUnit.MaxPropagating>>(m) : HalfBinary<TFormat, FloatUnit.SignedMin<FloatUnit.Max>>(m),
            PtxOpcode.Min => m.PropagateNaN ? HalfBinary<TFormat, FloatUnit.MinPropagating>(m) : HalfBinary<TFormat, FloatUnit.Min>(m),
            PtxOpcode.Max => m.PropagateNaN ? HalfBinary<TFormat, FloatUnit.MaxPropagating>(m) : HalfBinary<TFormat, FloatUnit.Max>(m),
            PtxOpcode.Neg => HalfSign<TFormat, HalfUnit.FlipSign>(m),
            PtxOpcode.Abs => HalfSign<TFormat, HalfUnit.ClearSign>(m),
            _ => throw Unsupported(),
        };
        Emit(operation, InstructionKind.Float, immediate: options);
    }

    private static Operation HalfSign<TFormat, TOp>(PtxModifiers m)
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorUnary<uint> => m.FlushToZero ? PackedSign<HalfUnit.FlushedUnary<TFormat, TOp>>(m) : PackedSign<TOp>(m);

    private static Operation PackedSign<TOp>(PtxModifiers m)
        where TOp : struct, IVectorUnary<uint> => m.Type.IsPacked()
            ? &Elementwise.VectorUnary<HalfUnit.PackedUnary<TOp>, uint>
            : &Elementwise.VectorUnary<TOp, uint>;

    private static Operation HalfBinary<TFormat, TOp>(PtxModifiers m)
        where TFormat : struct, IHalfFormat
        where TOp : struct, IVectorBinary<float> => m.Saturate
            ? m.FlushToZero ? Packed<HalfUnit.FlushedBinary<TFormat, HalfUnit.Saturated<TOp>>>(m) : Packed<HalfUnit.Binary<TFormat, HalfUnit.Saturated<TOp>>>(m)
            : m.FlushToZero ? Packed<HalfUnit.FlushedBinary<TFormat, TOp>>(m) : Packed<HalfUnit.Binary<TFormat, TOp>>(m);

    private static Operation Packed<TOp>(PtxModifiers m)
        where TOp : struct, IVectorBinary<uint> => m.Type.IsPacked()
            ? &Elementwise.VectorBinary<HalfUnit.PackedBinary<TOp>, uint>
            : &Elementwise.VectorBinary<TOp, uint>;
}
