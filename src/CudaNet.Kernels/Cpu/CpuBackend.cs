using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Hand-written SIMD kernels on a CPU. fp32, products and sums fused (FMA). Values are stored [N][C/16][H + 2][W + 2][16] at every vector width. An
/// image's results are the same in every bit whatever else is in its batch, whatever is observed, however many threads run and however wide the vectors are
/// (with <see cref="CpuConvolutions.AutoPerBatch"/>: in every batch of that size).
/// </summary>
/// <remarks>
/// Needs fused multiply-add (x86 since 2013, every 64-bit Arm): without it products would be rounded twice and results would differ from those of
/// every other machine, so the backend refuses instead. Weights, values and workspaces are native memory.
/// </remarks>
public sealed class CpuBackend : IBackend
{
    private readonly NativeAllocator _allocator;

    /// <exception cref="CudaNetException">This process cannot use that vector width, or the thread count is not from 0 to <see cref="CpuOptions.MaxThreads"/>.</exception>
    public CpuBackend(CpuOptions? options = null)
        : this(options ?? new CpuOptions(), new NativeAllocator())
    {
    }

    internal CpuBackend(CpuOptions options, NativeAllocator allocator)
    {
        if (options.Threads is < 0 or > CpuOptions.MaxThreads)
        {
            throw new CudaNetException($"{options.Threads} is no thread count: it must be from 1 to {CpuOptions.MaxThreads}, or 0 for one a core");
        }

        if (!Enum.IsDefined(options.Convolutions) || !(options.TransformedWeights >= 0))
        {
            throw new CudaNetException($"convolutions {options.Convolutions} with {options.TransformedWeights} times the weights transformed cannot be computed: name one of {string.Join(", ", Enum.GetNames<CpuConvolutions>())}, and a multiple from 0");
        }

        Options = options;
        Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        Vectors = options.Vectors ?? SimdVectors.Of(SimdSupport.Resolve(options.SimdWidth));
        _allocator = allocator;
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public Tolerance Tolerance => Tolerance.For("cpu");

    /// <inheritdoc/>
    public StorageLayout Layout => StorageLayout.Blocked16;

    /// <summary>As they were given.</summary>
    public CpuOptions Options { get; }

    /// <summary>Threads that compute, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>The vector width in use, never <see cref="SimdWidth.Auto"/>.</summary>
    public SimdWidth SimdWidth => Vectors.Width;

    /// <summary>What the kernels compute with.</summary>
    internal SimdVectors Vectors { get; }

    /// <inheritdoc/>
    public PreparedModel Prepare(LayerGraph graph, ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        return new CpuModel(this, graph, parameters, _allocator);
    }

    /// <inheritdoc/>
    public PlanCost Measure(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            NativeAllocator counting = new() { IsCounting = true };
            using CpuLayers layers = new(plan.Graph, parameters: null, this, counting);
            using NativeArena arena = new(counting);
            CpuProgram program = layers.Load(plan, arena, Threads);
            return new PlanCost(layers.Forms.Bytes, checked(arena.Bytes + program.Host.Bytes + plan.ObservedInputBytes), program.Choices);
        }
        catch (OverflowException exception)
        {
            throw CpuLayers.Beyond(plan, exception);
        }
    }
}
