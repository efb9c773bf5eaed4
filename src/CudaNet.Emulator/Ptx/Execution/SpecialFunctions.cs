namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// The approximate functions of single precision. The emulated device gives the correctly rounded value (of a double-precision evaluation), whatever the
/// hardware's own is: within 2 units in the last place for <c>ex2</c>, <c>rcp</c>, <c>rsqrt</c>, <c>sqrt</c> and <c>div</c>, 2⁻²² absolute for <c>lg2</c> near 1,
/// 2⁻²⁰·⁵ absolute for <c>sin</c> and <c>cos</c> in [−π, π], 2⁻¹¹ relative for <c>tanh</c>.
/// </summary>
internal static unsafe class SpecialFunctions
{
    internal interface IFunction
    {
        static abstract double Do(double a);
    }

    internal readonly struct Exp2 : IFunction
    {
        public static double Do(double a) => Math.Pow(2, a);
    }

    internal readonly struct Log2 : IFunction
    {
        public static double Do(double a) => Math.Log2(a);
    }

    internal readonly struct ReciprocalRoot : IFunction
    {
        public static double Do(double a) => 1 / Math.Sqrt(a);
    }

    internal readonly struct Sine : IFunction
    {
        public static double Do(double a) => Math.Sin(a);
    }

    internal readonly struct Cosine : IFunction
    {
        public static double Do(double a) => Math.Cos(a);
    }

    internal readonly struct HyperbolicTangent : IFunction
    {
        public static double Do(double a) => Math.Tanh(a);
    }

    /// <summary>Single precision; <see cref="Instruction.Immediate"/> is 1 where subnormals are flushed.</summary>
    public static void Single<TFunction>(Warp w, Instruction* i)
        where TFunction : struct, IFunction
    {
        bool flush = i->Immediate != 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            float a = Lanes.Read<float>(w.Slots + i->A, lane);
            double exact = TFunction.Do(flush && float.IsSubnormal(a) ? MathF.CopySign(0, a) : a);
            Lanes.Write(w.Slots + i->Destination, lane, DirectedFloat.Finish((float)exact, flush, false));
        }
    }

    /// <summary>16-bit formats, one number in a register or (<see cref="Instruction.Immediate"/> 8) two; 1 flushes subnormals.</summary>
    public static void Half<TFunction, TFormat>(Warp w, Instruction* i)
        where TFunction : struct, IFunction
        where TFormat : struct, IHalfFormat
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            uint a = Lanes.Read<uint>(w.Slots + i->A, lane);
            bool flush = (i->Immediate & 1) != 0;
            uint result = One<TFunction, TFormat>((ushort)a, flush);
            if ((i->Immediate & 8) != 0)
            {
                result |= (uint)One<TFunction, TFormat>((ushort)(a >> 16), flush) << 16;
            }

            Lanes.Write(w.Slots + i->Destination, lane, result);
        }
    }

    private static ushort One<TFunction, TFormat>(ushort a, bool flush)
        where TFunction : struct, IFunction
        where TFormat : struct, IHalfFormat
    {
        double exact = TFunction.Do(TFormat.Widen(HalfUnit.Flush<TFormat>(a, flush)));
        double rounded = Rounding.To(exact, TFormat.MantissaBits, TFormat.MinExponent, TFormat.MaxExponent, PtxRounding.Nearest);
        return HalfUnit.Flush<TFormat>(TFormat.Narrow((float)rounded), flush);
    }
}
