using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Two numbers of single precision in a 64-bit register.</summary>
internal static class FloatPair
{
    internal readonly struct Binary<TOp, TFlush> : IVectorBinary<ulong>
        where TOp : struct, IVectorBinary<float>
        where TFlush : struct, IFlag
    {
        public static Vector256<ulong> Do(Vector256<ulong> a, Vector256<ulong> b) =>
            FloatUnit.Binary<TOp, TFlush, No>.Do(a.AsSingle(), b.AsSingle()).AsUInt64();
    }

    internal readonly struct MultiplyAdd<TFlush> : IVectorTernary<ulong>
        where TFlush : struct, IFlag
    {
        public static Vector256<ulong> Do(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            FloatUnit.Ternary<FloatUnit.FusedMultiplyAdd, TFlush, No>.Do(a.AsSingle(), b.AsSingle(), c.AsSingle()).AsUInt64();
    }
}
