using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Additions, subtractions and multiply-adds with the carry flag; options are in <see cref="Instruction.Immediate"/>.</summary>
internal static unsafe class CarryUnit
{
    public const long Reads = 1;
    public const long Writes = 2;
    public const long Subtracts = 4;
    public const long High = 8;

    public static void Add<T>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>
    {
        uint carries = *(uint*)(w.Slots + RegisterFile.Carry);
        uint result = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            T a = Lanes.Read<T>(w.Slots + i->A, lane);
            T b = Lanes.Read<T>(w.Slots + i->B, lane);
            T carry = (i->Immediate & Reads) != 0 && ((carries >> lane) & 1) != 0 ? T.One : T.Zero;
            Lanes.Write(w.Slots + i->Destination, lane, Sum(a, b, carry, (i->Immediate & Subtracts) != 0, out bool carried));
            result |= carried ? 1u << lane : 0;
        }

        Finish(w, i, result);
    }

    public static void MultiplyAdd<T, TUnsigned>(Warp w, Instruction* i)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TUnsigned : unmanaged, IBinaryInteger<TUnsigned>
    {
        uint carries = *(uint*)(w.Slots + RegisterFile.Carry);
        uint result = 0;
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            int lane = Lanes.First(m);
            T a = Lanes.Read<T>(w.Slots + i->A, lane);
            T b = Lanes.Read<T>(w.Slots + i->B, lane);
            TUnsigned product = TUnsigned.CreateTruncating((i->Immediate & High) != 0 ? WideProducts.High(a, b) : unchecked(a * b));
            TUnsigned c = Lanes.Read<TUnsigned>(w.Slots + i->C, lane);
            TUnsigned carry = (i->Immediate & Reads) != 0 && ((carries >> lane) & 1) != 0 ? TUnsigned.One : TUnsigned.Zero;
            Lanes.Write(w.Slots + i->Destination, lane, Sum(product, c, carry, false, out bool carried));
            result |= carried ? 1u << lane : 0;
        }

        Finish(w, i, result);
    }

    /// <summary>a + b + carry, or a − (b + carry); the flag of a subtraction is the borrow.</summary>
    private static T Sum<T>(T a, T b, T carry, bool subtract, out bool carried)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (subtract)
        {
            carried = b > a || (b == a && !T.IsZero(carry));
            return unchecked(a - b - carry);
        }

        T sum = unchecked(a + b);
        T result = unchecked(sum + carry);
        carried = sum < a || result < sum;
        return result;
    }

    private static void Finish(Warp w, Instruction* i, uint result)
    {
        if ((i->Immediate & Writes) != 0)
        {
            w.WritePredicate(RegisterFile.Carry, result);
        }
    }
}
