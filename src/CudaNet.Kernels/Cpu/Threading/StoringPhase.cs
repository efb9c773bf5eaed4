using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A part of a step that stores values. The halos around those that other steps begin with are cleared here, because a buffer is used by many shapes:
/// whoever writes a phase cannot forget it.
/// </summary>
internal abstract class StoringPhase : ParallelWork
{
    /// <summary>What it stores for steps that may read the zeros around it; told by the loader of the plan.</summary>
    public StoredValue[] Stored { get; set; } = [];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public sealed override void Execute(int item, int worker)
    {
        foreach (StoredValue value in Stored)
        {
            value.ClearHalo(item, Items);
        }

        Compute(item, worker);
    }

    /// <summary>Computes an item's share of the stored values, halos excepted.</summary>
    /// <param name="item">Which item, from 0.</param>
    /// <param name="worker">Which thread of the team, from 0: no two at once have the same.</param>
    protected abstract void Compute(int item, int worker);
}
