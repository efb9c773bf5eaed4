using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>
/// The hand-written kernels, loaded for one device; each group when it is first asked for, which must not be in a capture. Dispose of it after the
/// last launch has ended. Thread-safe.
/// </summary>
internal sealed class KernelSet : IDisposable
{
    /// <summary>A group that could not be loaded is tried again when it is next asked for.</summary>
    private const LazyThreadSafetyMode TriedAgain = LazyThreadSafetyMode.PublicationOnly;

    private static readonly Version Oldest = new(7, 5);
    private static readonly Version Newer = new(8, 0);

    private readonly CudaContext _context;
    private readonly string _level;
    private readonly Lock _gate = new();
    private readonly List<CudaModule> _modules = [];
    private readonly Lazy<PreprocessingKernels> _preprocessing;
    private readonly Lazy<LayoutKernels> _layout;
    private readonly Lazy<EpilogueKernels> _epilogue;
    private readonly Lazy<PoolingKernels> _pooling;
    private readonly Lazy<LinearKernels> _linear;
    private readonly Lazy<BiasKernels> _bias;
    private readonly Lazy<SoftmaxKernels> _softmax;
    private readonly Lazy<TopKKernels> _topK;

    /// <exception cref="CudaNetException">The device is older than the kernels.</exception>
    public KernelSet(CudaContext context)
    {
        _context = context;
        _level = LevelFor(context.Device.ComputeCapability, context.Device.ToString());
        _preprocessing = new(() => new PreprocessingKernels(Load("preprocessing")), TriedAgain);
        _layout = new(() => new LayoutKernels(Load("layout")), TriedAgain);
        _epilogue = new(() => new EpilogueKernels(Load("epilogue")), TriedAgain);
        _pooling = new(() => new PoolingKernels(Load("pooling")), TriedAgain);
        _linear = new(() => new LinearKernels(Load("linear")), TriedAgain);
        _bias = new(() => new BiasKernels(Load("bias")), TriedAgain);
        _softmax = new(() => new SoftmaxKernels(Load("softmax")), TriedAgain);
        _topK = new(() => new TopKKernels(Load("topk")), TriedAgain);
    }

    /// <summary>u8 pixels to normalised NHWC values.</summary>
    public PreprocessingKernels Preprocessing => _preprocessing.Value;

    /// <summary>NCHW fp32 to NHWC and back.</summary>
    public LayoutKernels Layout => _layout.Value;

    /// <summary>Scale and shift, residual, ReLU.</summary>
    public EpilogueKernels Epilogue => _epilogue.Value;

    /// <summary>Max-pool and global average pool.</summary>
    public PoolingKernels Pooling => _pooling.Value;

    /// <summary>Fully connected.</summary>
    public LinearKernels Linear => _linear.Value;

    /// <summary>A constant for each channel.</summary>
    public BiasKernels Bias => _bias.Value;

    /// <summary>Probabilities of rows.</summary>
    public SoftmaxKernels Softmax => _softmax.Value;

    /// <summary>The largest of rows.</summary>
    public TopKKernels TopK => _topK.Value;

    /// <summary>The architecture whose PTX a device gets: its own or the newest before it; the driver compiles on from there.</summary>
    /// <exception cref="CudaNetException">There is none.</exception>
    public static string LevelFor(Version computeCapability, string device) =>
        computeCapability >= Newer ? "sm_80"
        : computeCapability >= Oldest ? "sm_75"
        : throw new CudaNetException($"{device} has compute capability {computeCapability}; CudaNet's kernels need {Oldest} or later")
        {
            Hint = "A device of the Turing generation or newer has it.",
        };

    /// <summary>The PTX text of a group of kernels.</summary>
    public static string Ptx(string level, string group)
    {
        using Stream stream = typeof(KernelSet).Assembly.GetManifestResourceStream($"{level}/{group}")
            ?? throw new ArgumentException($"there are no kernels '{group}' for {level}", nameof(group));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _modules.ForEach(m => m.Dispose());
            _modules.Clear();
        }
    }

    private CudaModule Load(string group)
    {
        CudaModule module = new(_context, Ptx(_level, group), $"{group}.ptx for {_level}");
        lock (_gate)
        {
            _modules.Add(module);
        }

        return module;
    }
}
