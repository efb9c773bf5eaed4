using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Which block of tiles each thread has transformed last while a phase runs: the next item of the same block finds it in the thread's memory.</summary>
internal sealed class TransformedBlocks
{
    private const int Distance = WorkShares.BytesApart / sizeof(int);

    private const int None = -1;

    private readonly int[] _last;

    public TransformedBlocks(int threads)
    {
        _last = new int[(threads + 1) * Distance];
        Clear();
    }

    /// <summary>The phase runs again, over other pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Clear() => Array.Fill(_last, None);

    /// <summary>True where a thread must transform a block, which it has from then on.</summary>
    /// <param name="worker">Which thread of the team.</param>
    /// <param name="block">A number of the block, and of the group where layers have several.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MustTransform(int worker, int block)
    {
        ref int last = ref _last[(worker + 1) * Distance];
        bool isNew = last != block;
        last = block;
        return isNew;
    }
}
