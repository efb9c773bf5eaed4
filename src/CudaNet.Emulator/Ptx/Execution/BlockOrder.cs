using System.Collections;
using System.Numerics;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>All numbers below a count, each once, in an order drawn at random and without a table: an affine step modulo a power of two, those beyond left out.</summary>
internal sealed class BlockOrder : IEnumerable<long>
{
    private readonly long _count;
    private readonly ulong _mask;
    private readonly ulong _step;
    private readonly ulong _add;
    private readonly ulong _start;

    public BlockOrder(long count, Random random)
    {
        _count = count;
        _mask = BitOperations.RoundUpToPowerOf2((ulong)count) - 1;
        _step = ((ulong)random.NextInt64() * 4) + 1;
        _add = ((ulong)random.NextInt64() * 2) + 1;
        _start = (ulong)random.NextInt64() & _mask;
    }

    public static IEnumerable<long> ByIndex(long count)
    {
        for (long number = 0; number < count; number++)
        {
            yield return number;
        }
    }

    public IEnumerator<long> GetEnumerator()
    {
        // A multiplier of 1 modulo 4 and an odd addend give the full period.
        ulong value = _start;
        for (ulong done = 0; done <= _mask; done++)
        {
            // Swapping the low bits away makes neighbours of the sequence no neighbours of the grid.
            ulong mixed = (value ^ (value >> ((BitOperations.PopCount(_mask) / 2) + 1))) & _mask;
            if (mixed < (ulong)_count)
            {
                yield return (long)mixed;
            }

            value = ((value * _step) + _add) & _mask;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
