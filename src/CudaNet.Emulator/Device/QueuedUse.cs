using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>What queued work means to a call that takes away what it uses. Used under the machine's gate.</summary>
internal static class QueuedUse
{
    /// <summary>
    /// Refuses the call, or runs what is queued in the context, whether it is known to use the thing or not: a kernel may have found the address in
    /// memory. The gate may have been free meanwhile, so that the caller looks again at what it takes away.
    /// </summary>
    /// <param name="owner">The context that the thing goes with.</param>
    /// <param name="call">The call, as messages name it.</param>
    /// <param name="name">The thing, as messages name it.</param>
    /// <param name="user">The queued work that is known to use it, of any context; null where there is none.</param>
    public static CUresult Settle(EmulatedContext owner, string call, string name, Func<WorkItem?> user)
    {
        EmulatedMachine machine = owner.Machine;
        FreesInUse rule = machine.Options.FreesInUse;
        if (rule != FreesInUse.Wait && user() is { } known)
        {
            machine.Find(FindingKind.FreedInUse, $"{call} of {name}, which {known.Operation!.Name}, queued in {known.Stream}, still uses.");
            if (rule == FreesInUse.Refuse)
            {
                return CUresult.CUDA_ERROR_INVALID_VALUE;
            }
        }

        if (rule == FreesInUse.Refuse)
        {
            return CUresult.CUDA_SUCCESS;
        }

        machine.Scheduler.RunAll(owner);
        while (!machine.IsDisposed && user() is { } other)
        {
            machine.Scheduler.RunUntil(other.Context, other);
        }

        return machine.IsDisposed ? CUresult.CUDA_ERROR_DEINITIALIZED : CUresult.CUDA_SUCCESS;
    }
}
