using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Reference;

namespace CudaNet.Kernels;

/// <summary>
/// Every backend there is: the one list behind the tool's <c>--backend</c> and <c>doctor</c>, the tests, random graphs and the numerics report. A new
/// backend is a row here and a row of <see cref="Tolerance.Table"/>.
/// </summary>
public static class BackendCatalogue
{
    /// <summary>The first one is what the tool uses where nobody asks for another.</summary>
    public static IReadOnlyList<BackendEntry> All { get; } =
    [
        new("cpu", "SIMD kernels", CpuOptions.MaxThreads, [.. ((SimdWidth[])[SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512]).Select(Cpu)]),
        new("cuda", "cuDNN and hand-written kernels on an NVIDIA GPU", 1, [.. Enum.GetValues<ArithmeticPrecision>().Reverse().Select(Cuda)]),
        new("reference", "naive loops in double (slow: the judge)", 1, [new BackendVariant("reference", () => null, (_, _) => new ReferenceBackend())]),
    ];

    /// <summary>The backend of that name.</summary>
    /// <exception cref="CudaNetException">There is none.</exception>
    public static BackendEntry Find(string name) =>
        All.FirstOrDefault(b => b.Name == name)
        ?? throw new CudaNetException($"there is no backend '{name}'") { Hint = $"There are {string.Join(", ", All.Select(b => b.Name))}." };

    private static BackendVariant Cpu(SimdWidth width) => new(
        $"cpu-{(int)width}",
        () => SimdDiagnosis.WhyNot(width),
        (threads, allocator) => new CpuBackend(new CpuOptions { SimdWidth = width, Threads = threads }, allocator ?? new NativeAllocator()));

    private static BackendVariant Cuda(ArithmeticPrecision precision) => new(
        $"cuda-{precision.ShortName()}",
        () => CudaDiagnosis.WhyNot(precision),
        (_, _) => new CudaBackend(new CudaOptions { Precision = precision }));
}

/// <summary>A backend by its name.</summary>
/// <param name="Name">As <see cref="IBackend.Name"/>, and in options.</param>
/// <param name="Summary">What computes, in a few words.</param>
/// <param name="MaxThreads">The most threads that can be asked for.</param>
/// <param name="Variants">The ways in which it computes that a test must tell apart, each with a row of <see cref="Tolerance.Table"/>; what is taken where nobody asks comes last.</param>
public sealed record BackendEntry(string Name, string Summary, int MaxThreads, IReadOnlyList<BackendVariant> Variants)
{
    /// <summary>Why this machine cannot run it; null where it can.</summary>
    public string? WhyNot => Variants.Any(v => v.WhyNot is null) ? null : Variants[0].WhyNot;

    /// <summary>The backend in the best variant that this machine can run.</summary>
    /// <param name="threads">Threads that compute; 0 for as many as it likes.</param>
    /// <exception cref="CudaNetException">The machine cannot run it, or not with that many threads.</exception>
    public IBackend Create(int threads = 0) =>
        threads < 0 ? throw new CudaNetException($"{threads} is no thread count: it must be from 1 to {MaxThreads}, or 0 for as many as the {Name} backend likes")
        : threads > MaxThreads ? throw new CudaNetException($"the {Name} backend computes on at most {MaxThreads} threads, not {threads}")
        : (Variants.LastOrDefault(v => v.WhyNot is null) ?? throw new CudaNetException($"the {Name} backend cannot run here: {WhyNot}")).Create(threads);
}

/// <summary>One way in which a backend computes.</summary>
public sealed class BackendVariant
{
    private readonly Func<string?> _whyNot;
    private readonly Func<int, NativeAllocator?, IBackend> _create;

    internal BackendVariant(string name, Func<string?> whyNot, Func<int, NativeAllocator?, IBackend> create)
    {
        Name = name;
        _whyNot = whyNot;
        _create = create;
    }

    /// <summary>The backend's name, and what tells this variant from others: <c>cpu-512</c>.</summary>
    public string Name { get; }

    /// <summary>Why this machine cannot run it; null where it can.</summary>
    public string? WhyNot => _whyNot();

    /// <param name="threads">Threads that compute; 0 for as many as it likes.</param>
    /// <exception cref="CudaNetException">The machine cannot run it.</exception>
    public IBackend Create(int threads = 0) => _create(threads, null);

    /// <summary>The same with memory that a test prepared, where the backend has native memory.</summary>
    internal IBackend Create(int threads, NativeAllocator allocator) => _create(threads, allocator);
}
