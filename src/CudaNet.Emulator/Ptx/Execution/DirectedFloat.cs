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
        PtxRounding rounding = (PtxRounding)i->Immediate;
        bool flush = (i->Extra & Flush) != 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            double a = Load(w.Slots + i->A, lane, flush);
            double b = Load(w.Slots + i->B, lane, flush);
            double c = Load(w.Slots + i->C, lane, flush);
            float result = Rounding.ToSingle(TOp.Do(a, b, c, rounding), rounding);
            Lanes.Write(w.Slots + i->Destination, lane, Finish(result, flush, (i->Extra & Saturate) != 0));
        }
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

    private static double Load(byte* slot, int lane, bool flush)
    {
        float value = Lanes.Read<float>(slot, lane);
        return flush && float.IsSubnormal(value) ? MathF.CopySign(0, value) : value;
    }
}
