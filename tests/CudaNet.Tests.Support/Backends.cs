using System.Globalization;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Every backend variant of the catalogue, by a name that a test can print. One test
/// body serves them all; a vector width that this machine lacks is made of narrower vectors (<see cref="CpuWidths"/>), and a GPU that it lacks is left out. Buffers of the CPU backend hold NaN at first, so that a halo that nobody
/// cleared, or whatever else nobody wrote, shows. A test project may put backends of its own in their place, and compile the same test bodies.
/// </summary>
public static class Backends
{
    private const string Cpu = "cpu";
    private const string Gpu = "cuda";
    private static OwnBackends? _own;

    /// <summary>Before the name of a CPU variant: every convolution that can be is computed by Winograd's algorithms.</summary>
    private const string Winograd = "winograd:";

    /// <summary>On one thread and, where it has more, on two.</summary>
    public static TheoryData<string> All => _own is null ? [.. OnHost.Select(row => row.Data), .. OnGpu] : [.. _own.Names];

    /// <summary>Those that compute in this machine's memory.</summary>
    public static TheoryData<string> OnHost =>
        [.. Variants(e => e.Name != Gpu).SelectMany(v => v.Entry.MaxThreads == 1 ? [v.Variant.Name] : (string[])[$"{v.Variant.Name}-1", $"{v.Variant.Name}-2"]), $"{Winograd}cpu-256-2"];

    /// <summary>The same and the one that computes nothing, for what holds whatever is computed.</summary>
    public static TheoryData<string> AllAndNull => ["null", .. All.Select(row => row.Data)];

    /// <summary>Those of full precision that are not the judge itself, each once: what any graph may be judged on.</summary>
    public static TheoryData<string> Judged => _own is null ? [.. OfCpu.Select(row => row.Data), .. OfCpu.Select(row => $"{Winograd}{row.Data}"), .. OnGpu.Where(name => name == $"{Gpu}-fp32")] : [.. _own.Precise];

    /// <summary>The CPU's, on two threads.</summary>
    public static TheoryData<string> OfCpu => [.. Variants(e => e.Name == Cpu).Select(v => $"{v.Variant.Name}-2")];

    private static IEnumerable<string> OnGpu => Variants(e => e.Name == Gpu).Where(v => v.Variant.WhyNot is null).Select(v => v.Variant.Name);

    /// <summary>Puts a test project's own backends in their place. The judge and the one that computes nothing are still found by name.</summary>
    public static void Use(OwnBackends own) => _own = own;

    /// <summary>A variant's name, and the threads: <c>cpu-256-2</c>.</summary>
    public static IBackend Create(string name)
    {
        if (name == "null")
        {
            return new NullBackend();
        }

        if (_own?.Names.Contains(name) == true)
        {
            return _own.Create(name);
        }

        if (name.StartsWith(Winograd, StringComparison.Ordinal))
        {
            CpuBackend like = (CpuBackend)Create(name[Winograd.Length..]);

            // The narrowest vectors transform weights while they read them, the others keep them where they may.
            double kept = like.SimdWidth == SimdWidth.Bits128 ? 0 : like.Options.TransformedWeights;
            CpuOptions options = like.Options with { Convolutions = CpuConvolutions.Winograd, TransformedWeights = kept };
            return new CpuBackend(options, new NativeAllocator { InitialValue = float.NaN });
        }

        (BackendEntry entry, BackendVariant variant) = Variants(_ => true).Single(v => name == v.Variant.Name || name.StartsWith($"{v.Variant.Name}-", StringComparison.Ordinal));
        int threads = name == variant.Name ? 0 : int.Parse(name[(variant.Name.Length + 1)..], CultureInfo.InvariantCulture);
        NativeAllocator allocator = new() { InitialValue = float.NaN };
        if (entry.Name == Cpu && CpuWidths.Options(Enum.Parse<SimdWidth>(variant.Name[(Cpu.Length + 1)..])) is { Vectors: not null } paired)
        {
            return new CpuBackend(paired with { Threads = threads }, allocator);
        }

        Assert.SkipUnless(variant.WhyNot is null, $"{variant.Name}: {variant.WhyNot}");
        return variant.Create(threads, allocator);
    }

    private static IEnumerable<(BackendEntry Entry, BackendVariant Variant)> Variants(Func<BackendEntry, bool> which) =>
        BackendCatalogue.All.Where(which).SelectMany(e => e.Variants.Select(v => (e, v)));
}

/// <summary>Backends of a test project.</summary>
/// <param name="Names">Of all.</param>
/// <param name="Precise">Of those that any graph may be judged on.</param>
/// <param name="Create">Makes one.</param>
public sealed record OwnBackends(IReadOnlyList<string> Names, IReadOnlyList<string> Precise, Func<string, IBackend> Create);
