using System.Collections.Concurrent;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>What a null backend handed out and got back, and every misuse. Thread-safe.</summary>
public sealed class NullLedger
{
    private readonly ConcurrentQueue<string> _violations = new();

    public Count Prepared { get; } = new();

    public Count Released { get; } = new();

    public Count Loads { get; } = new();

    public Count Loaded { get; } = new();

    public Count Disposed { get; } = new();

    public Count Places { get; } = new();

    public Count PlacesMade { get; } = new();

    public Count PlacesDisposed { get; } = new();

    /// <summary>Runs that began, and those that are over.</summary>
    public Count Started { get; } = new();

    public Count Ended { get; } = new();

    /// <summary>The most runs in flight at once.</summary>
    public int MostInFlight { get; private set; }

    public int Live => Loaded.Value - Disposed.Value;

    public int InFlight => Started.Value - Ended.Value;

    public void Violate(string what) => _violations.Enqueue(what);

    public void NoteInFlight()
    {
        lock (_violations)
        {
            MostInFlight = Math.Max(MostInFlight, InFlight);
        }
    }

    public void AssertNoViolations() => Assert.Empty(_violations);

    /// <summary>Nothing was misused, and everything came back.</summary>
    public void AssertClean()
    {
        AssertNoViolations();
        Assert.Equal((0, 0, 0, 0), (InFlight, Live, PlacesMade.Value - PlacesDisposed.Value, Prepared.Value - Released.Value));
    }

    public sealed class Count
    {
        private int _value;

        public int Value => Volatile.Read(ref _value);

        public int Add() => Interlocked.Increment(ref _value);
    }
}
