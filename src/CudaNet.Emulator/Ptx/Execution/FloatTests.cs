using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary><c>testp</c>: what kind of number A is; the question is in <see cref="Instruction.Immediate"/>.</summary>
internal static unsafe class FloatTests
{
    public static void Execute<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        uint result = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            result |= Holds((PtxFloatTest)i->Immediate, Lanes.Read<T>(w.Slots + i->A, lane)) ? 1u << lane : 0;
        }

        w.WritePredicate(i->Destination, result);
    }

    private static bool Holds<T>(PtxFloatTest test, T a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => test switch
        {
            PtxFloatTest.Finite => T.IsFinite(a),
            PtxFloatTest.Infinite => T.IsInfinity(a),
            PtxFloatTest.Number => !T.IsNaN(a),
            PtxFloatTest.NotANumber => T.IsNaN(a),
            PtxFloatTest.Normal => T.IsNormal(a) || T.IsZero(a),
            _ => T.IsSubnormal(a),
        };
}
