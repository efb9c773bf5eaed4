namespace CudaNet.Emulator;

/// <summary>One fault that an emulated machine makes. Counting starts at 1, from the machine's first call.</summary>
public sealed record FaultInjection
{
    private FaultInjection(FaultTarget target, string? call, long n, int status, bool persistent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 1);
        Target = target;
        Call = call;
        N = n;
        Status = status;
        Persistent = persistent;
    }

    /// <summary>What is counted.</summary>
    public FaultTarget Target { get; }

    /// <summary>The function whose calls are counted, under its exported name; null where calls of any kind are.</summary>
    public string? Call { get; }

    /// <summary>The one that fails, from 1.</summary>
    public long N { get; }

    /// <summary>What the driver answers (its CUresult); the libraries answer their own word for it.</summary>
    public int Status { get; }

    /// <summary>True: all later ones fail too. False: once.</summary>
    public bool Persistent { get; }

    /// <summary>The <paramref name="n"/>-th call that allocates memory of the device or pinned memory answers that there is none left.</summary>
    public static FaultInjection OfAllocation(long n, bool persistent = false) => new(FaultTarget.Allocation, null, n, 2, persistent);

    /// <summary>The <paramref name="n"/>-th native call of any kind answers <paramref name="status"/> and does nothing.</summary>
    public static FaultInjection OfCall(long n, int status = 999, bool persistent = false) => new(FaultTarget.Call, null, n, status, persistent);

    /// <summary>The <paramref name="n"/>-th call of the function with this exported name answers <paramref name="status"/> and does nothing.</summary>
    public static FaultInjection OfCall(string name, long n = 1, int status = 999, bool persistent = false) => new(FaultTarget.Call, name, n, status, persistent);

    /// <summary>The <paramref name="n"/>-th operation that a stream runs fails with a status that sticks: 700, 702, 710, 714 to 719 or 911.</summary>
    public static FaultInjection OfOperation(long n, int status = 700) => new(FaultTarget.Operation, null, n, status, persistent: false);

    /// <summary>The device is lost at the <paramref name="n"/>-th native call: this and each later one that needs it answers 46 or 999.</summary>
    public static FaultInjection OfDevice(long n, int status = 46) => new(FaultTarget.Device, null, n, status, persistent: true);
}
