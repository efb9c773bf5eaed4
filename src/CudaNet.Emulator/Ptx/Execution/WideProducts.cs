using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Products wider than their factors, and products of 24 bits.</summary>
internal static class WideProducts
{
    /// <summary>The upper half of the double-width product.</summary>
    public static unsafe T High<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        bool signed = T.IsNegative(T.MinValue);
        return sizeof(T) switch
        {
            2 when signed => T.CreateTruncating((int.CreateTruncating(a) * int.CreateTruncating(b)) >> 16),
            2 => T.CreateTruncating((uint.CreateTruncating(a) * uint.CreateTruncating(b)) >> 16),
            4 when signed => T.CreateTruncating((long.CreateTruncating(a) * long.CreateTruncating(b)) >> 32),
            4 => T.CreateTruncating((ulong.CreateTruncating(a) * ulong.CreateTruncating(b)) >> 32),
            _ when signed => T.CreateTruncating(Math.BigMul(long.CreateTruncating(a), long.CreateTruncating(b), out _)),
            _ => T.CreateTruncating(Math.BigMul(ulong.CreateTruncating(a), ulong.CreateTruncating(b), out _)),
        };
    }

    internal readonly struct Unsigned32 : IWideProduct<ulong, uint>
    {
        public static ulong Do(uint a, uint b, ulong c) => unchecked(((ulong)a * b) + c);
    }

    internal readonly struct Signed32 : IWideProduct<long, int>
    {
        public static long Do(int a, int b, long c) => unchecked(((long)a * b) + c);
    }

    internal readonly struct Unsigned16 : IWideProduct<uint, ushort>
    {
        public static uint Do(ushort a, ushort b, uint c) => unchecked(((uint)a * b) + c);
    }

    internal readonly struct Signed16 : IWideProduct<int, short>
    {
        public static int Do(short a, short b, int c) => unchecked((a * b) + c);
    }

    internal readonly struct Low24Unsigned : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => unchecked(((a & 0xFFFFFF) * (b & 0xFFFFFF)) + c);
    }

    internal readonly struct Low24Signed : ITernary<int>
    {
        public static int Do(int a, int b, int c) => unchecked(((a << 8 >> 8) * (b << 8 >> 8)) + c);
    }

    internal readonly struct High24Unsigned : ITernary<uint>
    {
        public static uint Do(uint a, uint b, uint c) => unchecked((uint)((((ulong)a & 0xFFFFFF) * (b & 0xFFFFFF)) >> 16) + c);
    }

    internal readonly struct High24Saturate : ITernary<int>
    {
        public static int Do(int a, int b, int c) => (int)long.Clamp(((long)(a << 8 >> 8) * (b << 8 >> 8) >> 16) + c, int.MinValue, int.MaxValue);
    }

    internal readonly struct High24Signed : ITernary<int>
    {
        public static int Do(int a, int b, int c) => unchecked((int)(((long)(a << 8 >> 8) * (b << 8 >> 8)) >> 16) + c);
    }
}
