using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The items of a piece of work, a row of neighbours for each thread, which takes its own from the first on, and then what is left of the others' from the last on.
/// So a thread reads in one step, for the most part, what it stored in the step before: processors that have a third-level cache for a few cores each bring a line from another of
/// them at a quarter of the rate of their own.
/// </summary>
internal sealed class WorkShares
{
    /// <summary>Between what two threads write at once: two cache lines, because processors fetch neighbouring ones together.</summary>
    public const int BytesApart = 128;

    private const int Distance = BytesApart / sizeof(ulong);

    // Of each thread the first item that is not taken, and above it the one after the last.
    private readonly ulong[] _left;
    private int _threads;

    public WorkShares(int threads) => _left = new ulong[(threads + 1) * Distance];

    /// <summary>Gives each thread its share; nobody takes any meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(int items, int threads)
    {
        _threads = threads;
        for (int thread = 0; thread < threads; thread++)
        {
            Volatile.Write(ref Left(thread), Range((int)((long)items * thread / threads), (int)((long)items * (thread + 1) / threads)));
        }
    }

    /// <summary>Leaves nothing to take.</summary>
    public void End()
    {
        for (int thread = 0; thread < _threads; thread++)
        {
            Volatile.Write(ref Left(thread), 0);
        }
    }

    /// <summary>Takes an item for a thread; false where none is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryTake(int thread, out int item)
    {
        if (TryTake(ref Left(thread), isOwn: true, out item))
        {
            return true;
        }

        for (int other = thread + 1; other < thread + _threads; other++)
        {
            if (TryTake(ref Left(other < _threads ? other : other - _threads), isOwn: false, out item))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTake(ref ulong left, bool isOwn, out int item)
    {
        for (ulong seen = Volatile.Read(ref left); ;)
        {
            (int first, int end) = ((int)seen, (int)(seen >> 32));
            if (first >= end)
            {
                item = 0;
                return false;
            }

            item = isOwn ? first : end - 1;
            ulong rest = isOwn ? Range(first + 1, end) : Range(first, end - 1);
            ulong found = Interlocked.CompareExchange(ref left, rest, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Range(int first, int end) => ((ulong)(uint)end << 32) | (uint)first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Left(int thread) => ref _left[(thread + 1) * Distance];
}
