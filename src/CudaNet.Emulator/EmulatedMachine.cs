using CudaNet.Emulator.Device;

namespace CudaNet.Emulator;

/// <summary>
/// What one process sees of a CUDA driver and its libraries: devices that exist in host memory only. While it is <see cref="Current"/>, the emulated
/// native functions that are called belong to it. Safe from any thread. A program of one thread replays exactly from the seed.
/// </summary>
public sealed partial class EmulatedMachine : IDisposable
{
    private static readonly AsyncLocal<EmulatedMachine?> OfFlow = new();
    private static EmulatedMachine? _ofProcess;
    private static volatile bool _anyDisposed;

    private readonly EmulatedMachine? _previous;

    /// <summary>Makes the machine, and makes it current for this thread and whatever is started from here.</summary>
    /// <param name="options">Null: one device of compute capability 8.0, seed 1.</param>
    public EmulatedMachine(EmulatorOptions? options = null)
    {
        Options = options ?? new EmulatorOptions();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Options.Devices.Count, MemorySpace.MostDevices, nameof(options));
        Random = new Random(Options.Seed);
        Findings = new FindingLog(Options.FindingsToError);
        Faults = new FaultPlan(Options.Faults);
        Ledger = new LeakLedger(this);
        Memory = new MemorySpace();
        Captures = new CaptureRegistry(this);
        Contexts = new ContextStacks();
        Scheduler = new StreamScheduler(this);
        var devices = new EmulatedDevice[Options.Devices.Count];
        for (int ordinal = 0; ordinal < devices.Length; ordinal++)
        {
            devices[ordinal] = new EmulatedDevice(this, ordinal, Options.Devices[ordinal]);
        }

        Devices = devices;
        _previous = OfFlow.Value;
        OfFlow.Value = this;
    }

    /// <summary>The machine that a native call made here belongs to: the one made last in this flow of control, or else the process's.</summary>
    public static EmulatedMachine? Current => OfFlow.Value ?? _ofProcess;

    /// <summary>What the machine was made of.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>What it found wrong with the program so far.</summary>
    public FindingLog Findings { get; }

    /// <summary>The native calls it received.</summary>
    public CallLog Calls { get; } = new();

    /// <summary>The operations its streams ran, with the counters of kernels.</summary>
    public OperationLog Operations { get; } = new();

    /// <summary>The faults it makes.</summary>
    public FaultPlan Faults { get; }

    /// <summary>What the program did not give back: now, or, once the machine is disposed, at that moment.</summary>
    public IReadOnlyList<Leak> Leaks => Ledger.Report();

    internal static bool AnyDisposed => _anyDisposed;

    /// <summary>One lock for all that follows; native calls hold it, host functions run without it.</summary>
    internal object Gate { get; } = new();

    internal bool IsDisposed { get; private set; }

    /// <summary>Whether cuInit was called.</summary>
    internal bool IsInitialised { get; set; }

    internal Random Random { get; }

    internal HandleTable Handles { get; } = new();

    internal MemorySpace Memory { get; }

    internal LeakLedger Ledger { get; }

    internal ContextStacks Contexts { get; }

    internal CaptureRegistry Captures { get; }

    internal StreamScheduler Scheduler { get; }

    internal IReadOnlyList<EmulatedDevice> Devices { get; }

    /// <summary>Makes this the machine of every thread of the process that has no other: what a native library that is loaded by others needs.</summary>
    public void InstallForProcess() => Interlocked.Exchange(ref _ofProcess, this);

    /// <summary>Releases the machine's memory; queued work is dropped. Later calls with its handles answer as to invalid ones. <see cref="Leaks"/> and <see cref="Findings"/> stay.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (IsDisposed)
            {
                return;
            }

            IsDisposed = true;
            _anyDisposed = true;
            Ledger.Freeze();
            Memory.Dispose();
            Contexts.Dispose();
            Monitor.PulseAll(Gate);
        }

        Interlocked.CompareExchange(ref _ofProcess, null, this);
        if (OfFlow.Value == this)
        {
            OfFlow.Value = _previous;
        }
    }

    /// <summary>Records a finding.</summary>
    internal void Find(FindingKind kind, string message) => Findings.Add(new Finding(kind, message));
}
