namespace CudaNet.Emulator.Device;

/// <summary>Finds work that touches the same bytes as other work that is queued, one of them writing, where nothing orders the two: a missing wait for an event.</summary>
internal static class UnorderedWork
{
    // Looking at each pair is quadratic; a program that queues so much without ever waiting is not looked at.
    private const int MostPending = 4096;

    /// <param name="machine">Whose gate is held.</param>
    /// <param name="item">Queued just now, so that nothing follows it yet.</param>
    public static void Flag(EmulatedMachine machine, WorkItem item)
    {
        if (!machine.Options.FlagUnorderedWork || item.Uses.Count == 0 || machine.Scheduler.Pending.Count > MostPending)
        {
            return;
        }

        HashSet<WorkItem>? before = null;
        foreach (WorkItem other in machine.Scheduler.Pending)
        {
            if (other != item && Conflict(item, other) && !(before ??= StreamScheduler.Needed([item])).Contains(other))
            {
                FindingKind kind = item.Operation is WorkspaceClaim && other.Operation is WorkspaceClaim ? FindingKind.Workspace : FindingKind.Race;
                machine.Find(kind, $"{item.Operation!.Name} in {item.Stream} touches bytes that {other.Operation!.Name}, queued in {other.Stream}, touches too; nothing orders the two, and one of them writes.");
                return;
            }
        }
    }

    private static bool Conflict(WorkItem item, WorkItem other)
        => other.Uses.Count > 0 && item.Uses.Any(mine => other.Uses.Any(theirs =>
            ((mine.Access | theirs.Access) & MemoryAccess.Write) != 0 && mine.Overlaps(theirs.Address, theirs.Bytes)));
}
