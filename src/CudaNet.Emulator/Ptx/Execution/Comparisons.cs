using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Comparisons to masks of lanes. Those that <see cref="InstructionTraits.Inverted"/> turns round give the others: not-less is greater, equal or unordered.</summary>
internal static unsafe class Comparisons
{
    internal interface IComparison
    {
        static abstract Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged;
    }

    internal readonly struct Equal : IComparison
    {
        public static Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged => Vector256.Equals(a, b);
    }

    internal readonly struct Less : IComparison
    {
        public static Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged => Vector256.LessThan(a, b);
    }

    internal readonly struct LessOrEqual : IComparison
    {
        public static Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged => Vector256.LessThanOrEqual(a, b);
    }

    internal readonly struct LessOrGreater : IComparison
    {
        public static Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged => Vector256.LessThan(a, b) | Vector256.GreaterThan(a, b);
    }

    internal readonly struct Ordered : IComparison
    {
        public static Vector256<T> Do<T>(Vector256<T> a, Vector256<T> b)
            where T : unmanaged => Vector256.Equals(a, a) & Vector256.Equals(b, b);
    }

    /// <summary>How a slot's lanes become vectors that compare.</summary>
    internal interface ISource<T>
    {
        /// <summary>Vector k of the slot.</summary>
        static abstract Vector256<T> Load(byte* slot, int k);
    }

    internal readonly struct Plain<T> : ISource<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Load(byte* slot, int k) => Vector256.Load((T*)(slot + (k << 5)));
    }

    internal readonly struct Signed16 : ISource<int>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Load(byte* slot, int k) => Vector256.Load((int*)(slot + (k << 5))) << 16;
    }

    internal readonly struct Flushed : ISource<float>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load(byte* slot, int k) => FloatUnit.Flush<Yes>(Vector256.Load((float*)(slot + (k << 5))));
    }

    internal readonly struct Half<TFormat, TFlush> : ISource<float>
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load(byte* slot, int k) => Widen<TFormat, TFlush>(Vector256.Load((uint*)(slot + (k << 5))));
    }

    /// <summary>The upper number of a pair.</summary>
    internal readonly struct UpperHalf<TFormat, TFlush> : ISource<float>
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Load(byte* slot, int k) => Widen<TFormat, TFlush>(Vector256.Load((uint*)(slot + (k << 5))) >> 16);
    }

    private static Vector256<float> Widen<TFormat, TFlush>(Vector256<uint> bits)
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag => TFormat.Widen(TFlush.On ? HalfUnit.Flush<TFormat>(bits) : bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Compare<TComparison, TSource, T>(Warp w, Instruction* i)
        where TComparison : struct, IComparison
        where TSource : struct, ISource<T>
        where T : unmanaged
    {
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        uint result = 0;
        for (int k = 0; k < sizeof(T); k++)
        {
            result |= TComparison.Do(TSource.Load(a, k), TSource.Load(b, k)).ExtractMostSignificantBits() << (k * (32 / sizeof(T)));
        }

        return (i->Traits & InstructionTraits.Inverted) != 0 ? ~result : result;
    }

    /// <summary><c>setp</c>: the comparison joined with predicate C, and its opposite joined likewise; <see cref="Instruction.Immediate"/> is the boolean operation.</summary>
    public static void SetPredicate<TComparison, TSource, T>(Warp w, Instruction* i)
        where TComparison : struct, IComparison
        where TSource : struct, ISource<T>
        where T : unmanaged
    {
        uint result = Compare<TComparison, TSource, T>(w, i);
        WritePredicates(w, i, result, ~result);
    }

    /// <summary>The pair's two comparisons to two predicates.</summary>
    public static void SetPredicatePair<TComparison, TFormat, TFlush>(Warp w, Instruction* i)
        where TComparison : struct, IComparison
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag =>
        WritePredicates(w, i, Compare<TComparison, Half<TFormat, TFlush>, float>(w, i), Compare<TComparison, UpperHalf<TFormat, TFlush>, float>(w, i));

    /// <summary>Both are joined before one is written: the first destination may be the predicate they are joined with.</summary>
    private static void WritePredicates(Warp w, Instruction* i, uint first, uint second)
    {
        if (i->Destination2 == RegisterFile.Sink)
        {
            w.WritePredicate(i->Destination, Join(w, i, first));
            return;
        }

        second = Join(w, i, second);
        w.WritePredicate(i->Destination, Join(w, i, first));
        w.WritePredicate(i->Destination2, second);
    }

    /// <summary><c>set</c>: the bits of <see cref="Instruction.Extra"/> where the comparison, joined with predicate C, holds; zeros elsewhere.</summary>
    public static void SetValue<TComparison, TSource, T>(Warp w, Instruction* i)
        where TComparison : struct, IComparison
        where TSource : struct, ISource<T>
        where T : unmanaged
    {
        uint result = Join(w, i, Compare<TComparison, TSource, T>(w, i));
        for (int k = 0; k < 4; k++)
        {
            Lanes.Store(w.Slots + i->Destination, k, Lanes.Expand(result, k << 3) & Vector256.Create((uint)i->Extra), w.Mask);
        }
    }

    /// <summary><c>set</c> of a pair of halves: each half's bits of <see cref="Instruction.Extra"/>.</summary>
    public static void SetValuePair<TComparison, TFormat, TFlush>(Warp w, Instruction* i)
        where TComparison : struct, IComparison
        where TFormat : struct, IHalfFormat
        where TFlush : struct, IFlag
    {
        uint low = Join(w, i, Compare<TComparison, Half<TFormat, TFlush>, float>(w, i));
        uint high = Join(w, i, Compare<TComparison, UpperHalf<TFormat, TFlush>, float>(w, i));
        for (int k = 0; k < 4; k++)
        {
            Vector256<uint> bits = Lanes.Expand(low, k << 3) & Vector256.Create((uint)i->Extra & 0xFFFF);
            Lanes.Store(w.Slots + i->Destination, k, bits | (Lanes.Expand(high, k << 3) & Vector256.Create((uint)i->Extra << 16)), w.Mask);
        }
    }

    private static uint Join(Warp w, Instruction* i, uint result)
    {
        uint other = *(uint*)(w.Slots + i->C) ^ ((i->Traits & InstructionTraits.NegatedSource) != 0 ? Lanes.All : 0);
        return (PtxBooleanOperation)i->Immediate switch
        {
            PtxBooleanOperation.And => result & other,
            PtxBooleanOperation.Or => result | other,
            PtxBooleanOperation.Xor => result ^ other,
            _ => result,
        };
    }
}
