using System.Globalization;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Every backend variant of the catalogue, by a name that a test can print. One test
/// body serves them all; a width that this machine lacks is skipped with the reason. Buffers of the CPU backend hold NaN at first, so that a halo that nobody
/// cleared, or whatever else nobody wrote, shows.
/// </summary>
public static class Backends
{
    /// <summary>On one thread and, where it has more, on two.</summary>
    public static TheoryData<string> All => [.. Variants().SelectMany(v => v.Entry.MaxThreads == 1 ? [v.Variant.Name] : (string[])[$"{v.Variant.Name}-1", $"{v.Variant.Name}-2"])];

    /// <summary>The same and the one that computes nothing, for what holds whatever is computed.</summary>
    public static TheoryData<string> AllAndNull => ["null", .. All.Select(row => row.Data)];

    /// <summary>Those that are not the judge itself, each once.</summary>
    public static TheoryData<string> Judged => [.. Variants().Where(v => v.Entry.Name != "reference").Select(v => $"{v.Variant.Name}-2")];

    /// <summary>A variant's name, and the threads: <c>cpu-256-2</c>.</summary>
    public static IBackend Create(string name)
    {
        if (name == "null")
        {
            return new NullBackend();
        }

        (_, BackendVariant variant) = Variants().Single(v => name == v.Variant.Name || name.StartsWith($"{v.Variant.Name}-", StringComparison.Ordinal));
        Assert.SkipUnless(variant.WhyNot is null, $"{variant.Name}: {variant.WhyNot}");
        int threads = name == variant.Name ? 0 : int.Parse(name[(variant.Name.Length + 1)..], CultureInfo.InvariantCulture);
        return variant.Create(threads, new NativeAllocator { InitialValue = float.NaN });
    }

    private static IEnumerable<(BackendEntry Entry, BackendVariant Variant)> Variants() => BackendCatalogue.All.SelectMany(e => e.Variants.Select(v => (e, v)));
}
