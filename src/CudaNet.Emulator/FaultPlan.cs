namespace CudaNet.Emulator;

/// <summary>The faults that a machine makes. Safe from any thread.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<FaultInjection> _injections;
    private long _allocations;

    internal FaultPlan(IReadOnlyList<FaultInjection> injections) => _injections = [.. injections];

    /// <summary>Adds a fault; what happened already counts.</summary>
    public void Add(FaultInjection injection)
    {
        lock (_lock)
        {
            _injections.Add(injection);
        }
    }

    /// <summary>Makes no fault from now on; a device that is lost stays lost.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _injections.Clear();
        }
    }

    /// <summary>What the call must answer; null where it may go on.</summary>
    /// <param name="name">Its exported name.</param>
    /// <param name="number">Its number among all calls.</param>
    /// <param name="numberOfName">Its number among those of its name.</param>
    /// <param name="allocates">Whether it allocates memory.</param>
    internal int? OfCall(string name, long number, long numberOfName, bool allocates)
    {
        lock (_lock)
        {
            _allocations += allocates ? 1 : 0;
            foreach (FaultInjection injection in _injections)
            {
                bool hit = injection.Target switch
                {
                    FaultTarget.Call when injection.Call is null => Hits(injection, number),
                    FaultTarget.Call => injection.Call == name && Hits(injection, numberOfName),
                    FaultTarget.Allocation => allocates && Hits(injection, _allocations),
                    _ => false,
                };
                if (hit)
                {
                    return injection.Status;
                }
            }

            return null;
        }
    }

    /// <summary>What a lost device answers to this call; null where it is there.</summary>
    internal int? OfDevice(long number)
    {
        lock (_lock)
        {
            return _injections.FirstOrDefault(i => i.Target == FaultTarget.Device && number >= i.N)?.Status;
        }
    }

    /// <summary>What the operation fails with; null where it may run.</summary>
    internal int? OfOperation(long number)
    {
        lock (_lock)
        {
            return _injections.FirstOrDefault(i => i.Target == FaultTarget.Operation && number == i.N)?.Status;
        }
    }

    private static bool Hits(FaultInjection injection, long number) => injection.Persistent ? number >= injection.N : number == injection.N;
}
