using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// Holds all queued work and runs it as late as the rules permit, on the thread that waits for it. Of what is ready, the machine's random numbers pick
/// the next; of what nobody waits for, some runs too, now and then. Used under the machine's gate.
/// </summary>
internal sealed class StreamScheduler(EmulatedMachine machine)
{
    private const int PatienceOfQueries = 6;

    private readonly HashSet<WorkItem> _pending = [];
    private readonly List<WorkItem> _ready = [];
    private int _idleQueries;

    /// <summary>Nanoseconds of the device's own time, which passes only while work runs.</summary>
    public long Clock { get; private set; }

    /// <summary>All that is queued and not done, in no order.</summary>
    public IReadOnlyCollection<WorkItem> Pending => _pending;

    public void Submit(WorkItem item)
    {
        _pending.Add(item);
        if (item.IsReady)
        {
            _ready.Add(item);
        }
    }

    /// <summary>Runs until these are done.</summary>
    /// <returns>Success, or the fault of the context.</returns>
    public CUresult RunUntil(EmulatedContext context, params ReadOnlySpan<WorkItem?> targets)
    {
        HashSet<WorkItem> needed = Needed(targets);
        int eagerness = machine.Random.Next(4);
        while (needed.Count > 0 && !machine.IsDisposed)
        {
            needed.RemoveWhere(item => item.IsDone);
            if (needed.Count > 0 && Pick(needed, eagerness) is { } next)
            {
                Run(next);
            }
            else if (needed.Count > 0)
            {
                Monitor.Wait(machine.Gate);
            }
        }

        return context.Status;
    }

    /// <summary>Runs all that is queued in the context.</summary>
    public CUresult RunAll(EmulatedContext context) => RunUntil(context, [.. _pending.Where(item => item.Context == context)]);

    /// <summary>What a query does: a little, or nothing; whoever asks again and again gets there.</summary>
    /// <returns>Whether it is done.</returns>
    public bool Poll(WorkItem? target)
    {
        if (target is null || target.IsDone)
        {
            return true;
        }

        for (int count = machine.Random.Next(3); count > 0 && _ready.Count > 0; count--)
        {
            Run(_ready[machine.Random.Next(_ready.Count)]);
        }

        if (!target.IsDone && ++_idleQueries >= PatienceOfQueries)
        {
            _idleQueries = 0;
            if (Pick(Needed([target]), eagerness: 0) is { } next)
            {
                Run(next);
            }
        }

        return target.IsDone;
    }

    /// <summary>Drops what is queued in a context that ends; what waits for it elsewhere goes on.</summary>
    public void Drop(EmulatedContext context)
    {
        foreach (WorkItem item in _pending.Where(item => item.Context == context && !item.IsRunning).ToArray())
        {
            Finish(item);
        }
    }

    /// <summary>The queued work that is known to touch these bytes; null where there is none.</summary>
    public WorkItem? UserOf(ulong address, ulong bytes, MemoryAccess access = MemoryAccess.ReadWrite)
        => _pending.FirstOrDefault(item => item.Uses.Any(use => (use.Access & access) != 0 && use.Overlaps(address, bytes))
            || (item.Operation is { } operation && operation.Pointers.Any(pointer => pointer - address < bytes)));

    /// <summary>The queued work that holds this object; null where there is none.</summary>
    public WorkItem? HolderOf(object held)
        => _pending.FirstOrDefault(item => item.Operation is { } operation && operation.Holds.Contains(held));

    /// <summary>The item, and all that must run before it.</summary>
    public static HashSet<WorkItem> Needed(ReadOnlySpan<WorkItem?> targets)
    {
        var needed = new HashSet<WorkItem>();
        var open = new Stack<WorkItem>();
        foreach (WorkItem? target in targets)
        {
            if (target is { IsDone: false } && needed.Add(target))
            {
                open.Push(target);
            }
        }

        while (open.TryPop(out WorkItem? item))
        {
            foreach (WorkItem earlier in item.Before)
            {
                if (needed.Add(earlier))
                {
                    open.Push(earlier);
                }
            }
        }

        return needed;
    }

    /// <param name="needed">What must run.</param>
    /// <param name="eagerness">0: nothing else runs; 1 to 3: in so many cases of four, anything may.</param>
    private WorkItem? Pick(HashSet<WorkItem> needed, int eagerness)
    {
        List<WorkItem> candidates = _ready.FindAll(needed.Contains);
        if (_ready.Count > candidates.Count && machine.Random.Next(4) < eagerness)
        {
            candidates = _ready;
        }

        return candidates.Count == 0 ? null : candidates[machine.Random.Next(candidates.Count)];
    }

    private void Run(WorkItem item)
    {
        _ready.Remove(item);
        item.IsRunning = true;
        if (item.Operation is { } operation && item.Context.Fault is null && !item.Context.IsDestroyed)
        {
            Execute(item, operation);
        }

        Finish(item);
        Monitor.PulseAll(machine.Gate);
    }

    private void Execute(WorkItem item, StreamOperation operation)
    {
        long number = machine.Operations.Begin();
        if (machine.Faults.OfOperation(number) is { } injected)
        {
            item.Context.SetFault(new ContextFault((CUresult)injected, $"{operation.Name} on {item.Stream} was made to fail with {injected}"));
            return;
        }

        var context = new OperationContext(item.Context.Device.Memory, machine.Random, item.Stream) { Machine = machine };
        try
        {
            operation.Execute(context);
        }
        catch (DeviceFault fault)
        {
            machine.Findings.Add(fault.Finding);
            item.Context.SetFault(new ContextFault(fault.Result, fault.Message));
        }
        catch (Exception exception) when (EmulatorFailure.Report(operation.Name, exception) is { } message)
        {
            item.Context.SetFault(new ContextFault(CUresult.CUDA_ERROR_UNKNOWN, message));
        }

        machine.Operations.Add(new ExecutedOperation(number, operation.Name, item.Stream, context.Counters));
    }

    private void Finish(WorkItem item)
    {
        _pending.Remove(item);
        _ready.Remove(item);
        Clock += item.Operation is null ? 0 : 1000 + machine.Random.Next(1000);
        _ready.AddRange(item.Finish(Clock));
    }
}
