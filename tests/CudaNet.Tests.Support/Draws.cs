using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Random choices, the same for the same seed on every machine.</summary>
public sealed class Draws(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>From 0, below <paramref name="end"/>.</summary>
    public int Below(int end) => _random.Next(end);

    public bool Flip() => Below(2) == 0;

    public TItem Pick<TItem>(IReadOnlyList<TItem> items) => items[Below(items.Count)];

    /// <summary>As often as not the same on every side; each side below <paramref name="end"/>.</summary>
    public Padding PaddingBelow(int end) => Flip() ? Below(end) : new Padding(Below(end), Below(end), Below(end), Below(end));
}
