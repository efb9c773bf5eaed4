using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A function of one lane.</summary>
internal interface IUnary<TResult, TSource>
{
    static abstract TResult Do(TSource a);
}

internal interface IBinary<T>
{
    static abstract T Do(T a, T b);
}

internal interface ITernary<T>
{
    static abstract T Do(T a, T b, T c);
}

/// <summary>A function of a value and a count of 32 bits: the shifts.</summary>
internal interface IShift<T>
{
    static abstract T Do(T a, uint count);
}

internal interface IVectorUnary<T>
{
    static abstract Vector256<T> Do(Vector256<T> a);
}

internal interface IVectorBinary<T>
{
    static abstract Vector256<T> Do(Vector256<T> a, Vector256<T> b);
}

internal interface IVectorTernary<T>
{
    static abstract Vector256<T> Do(Vector256<T> a, Vector256<T> b, Vector256<T> c);
}

/// <summary>
/// Instructions that treat each lane alike: a function of a lane run over the lanes that take part, or a function of vectors run over all lanes, of which
/// those that take part are stored.
/// </summary>
internal static unsafe class Elementwise
{
    public static void Unary<TOp, TResult, TSource>(Warp w, Instruction* i)
        where TOp : struct, IUnary<TResult, TSource>
        where TResult : unmanaged
        where TSource : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, TOp.Do(Lanes.Read<TSource>(a, lane)));
        }
    }

    public static void Binary<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IBinary<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, TOp.Do(Lanes.Read<T>(a, lane), Lanes.Read<T>(b, lane)));
        }
    }

    public static void Ternary<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, ITernary<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        byte* c = w.Slots + i->C;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, TOp.Do(Lanes.Read<T>(a, lane), Lanes.Read<T>(b, lane), Lanes.Read<T>(c, lane)));
        }
    }

    public static void Shift<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IShift<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, TOp.Do(Lanes.Read<T>(a, lane), Lanes.Read<uint>(b, lane)));
        }
    }

    /// <summary>A product twice as wide as its factors, and an addend.</summary>
    public static void Wide<TOp, TResult, TSource>(Warp w, Instruction* i)
        where TOp : struct, IWideProduct<TResult, TSource>
        where TResult : unmanaged
        where TSource : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        byte* c = w.Slots + i->C;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            Lanes.Write(d, lane, TOp.Do(Lanes.Read<TSource>(a, lane), Lanes.Read<TSource>(b, lane), Lanes.Read<TResult>(c, lane)));
        }
    }

    public static void VectorUnary<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IVectorUnary<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        for (int k = 0; k < sizeof(T); k++)
        {
            Lanes.Store(d, k, TOp.Do(Vector256.Load((T*)(a + (k << 5)))), w.Mask);
        }
    }

    public static void VectorBinary<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IVectorBinary<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        for (int k = 0; k < sizeof(T); k++)
        {
            Lanes.Store(d, k, TOp.Do(Vector256.Load((T*)(a + (k << 5))), Vector256.Load((T*)(b + (k << 5)))), w.Mask);
        }
    }

    public static void VectorTernary<TOp, T>(Warp w, Instruction* i)
        where TOp : struct, IVectorTernary<T>
        where T : unmanaged
    {
        byte* d = w.Slots + i->Destination;
        byte* a = w.Slots + i->A;
        byte* b = w.Slots + i->B;
        byte* c = w.Slots + i->C;
        for (int k = 0; k < sizeof(T); k++)
        {
            int at = k << 5;
            Lanes.Store(d, k, TOp.Do(Vector256.Load((T*)(a + at)), Vector256.Load((T*)(b + at)), Vector256.Load((T*)(c + at))), w.Mask);
        }
    }
}

/// <summary>A product of two factors in a type twice as wide, plus an addend.</summary>
internal interface IWideProduct<TResult, TSource>
{
    static abstract TResult Do(TSource a, TSource b, TResult c);
}
