namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Single precision rounded towards zero, down or up; the direction is in <see cref="Instruction.Immediate"/>, flush and saturation in <see cref="Instruction.Extra"/>.</summary>
internal static unsafe class DirectedFloat
{
    public const int Flush = 1;
    public const int Saturate = 2;

    internal interface IExact
    {
        static abstract double Do(double a, double b, double c, PtxRounding rounding);
    }

    internal readonly struct Add : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.Add(a, b, rounding);
    }

    internal readonly struct Subtract : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.Add(a, -b, rounding);
    }

    internal readonly struct Multiply : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => a * b;
    }

    internal readonly struct MultiplyAdd : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.MultiplyAdd(a, b, c, rounding);
    }

    internal readonly struct Divide : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.Divide(a, b);
    }

    internal readonly struct Reciprocal : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.Divide(1, a);
    }

    internal readonly struct SquareRoot : IExact
    {
        public static double Do(double a, double b, double c, PtxRounding rounding) => Rounding.SquareRoot(a);
    }

    public static void Execute<TOp>(Warp w, Instruction* i)
        where TOp : struct, IExact
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint a = Lanes.Read<uint>(w.Slots + i->A, lane);
            uint b = Lanes.Read<uint>(w.Slots + i->B, lane);
            uint c = Lanes.Read<uint>(w.Slots + i->C, lane);
            Lanes.Write(w.Slots + i->Destination, lane, One<TOp>(a, b, c, (PtxRounding)i->Immediate, i->Extra));
        }
    }

    /// <summary>Two numbers in a 64-bit register.</summary>
    public static void ExecutePair<TOp>(Warp w, Instruction* i)
        where TOp : struct, IExact
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            ulong a = Lanes.Read<ulong>(w.Slots + i->A, lane);
            ulong b = Lanes.Read<ulong>(w.Slots + i->B, lane);
            ulong c = Lanes.Read<ulong>(w.Slots + i->C, lane);
            uint low = One<TOp>((uint)a, (uint)b, (uint)c, (PtxRounding)i->Immediate, i->Extra);
            uint high = One<TOp>((uint)(a >> 32), (uint)(b >> 32), (uint)(c >> 32), (PtxRounding)i->Immediate, i->Extra);
            Lanes.Write(w.Slots + i->Destination, lane, ((ulong)high << 32) | low);
        }
    }

    private static uint One<TOp>(uint a, uint b, uint c, PtxRounding rounding, int options)
        where TOp : struct, IExact
    {
        bool flush = (options & Flush) != 0;
        double exact = TOp.Do(Load(a, flush), Load(b, flush), Load(c, flush), rounding);
        return Finish(Rounding.ToSingle(exact, rounding), flush, (options & Saturate) != 0);
    }

    /// <summary>The result's bits.</summary>
    public static uint Finish(float result, bool flush, bool saturate)
    {
        if (saturate)
        {
            result = result > 0 ? Math.Min(result, 1) : 0;
        }

        if (float.IsNaN(result))
        {
            return FloatUnit.CanonicalNaN;
        }

        return BitConverter.SingleToUInt32Bits(flush && float.IsSubnormal(result) ? MathF.CopySign(0, result) : result);
    }

    private static double Load(uint bits, bool flush)
    {
        float value = BitConverter.UInt32BitsToSingle(bits);
        return flush && float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
    }
}
