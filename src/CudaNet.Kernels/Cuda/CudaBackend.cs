using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// cuDNN's convolutions and hand-written kernels on one NVIDIA GPU, in the precision that is asked for. Values are stored N×H×W×C. What is observed and how
/// many threads run changes no bit; nor do the other images of a batch, by <see cref="CudaOptions.BatchBits"/>. Thread-safe.
/// </summary>
/// <remarks>
/// A thread's current context is after each call what it was before; observers that a run calls find CudaNet's. Weights are on the device as long as the prepared model or one of its sessions is; the
/// primary context is released with the last of them.
/// </remarks>
public sealed class CudaBackend : IBackend
{
    private readonly Lock _lock = new();
    private readonly ConvolutionChoices _choices;
    private readonly ChoiceCache _cache;
    private CudaRuntime? _runtime;
    private int _claims;

    /// <summary>Finds the device. Nothing is allocated on it yet.</summary>
    /// <exception cref="CudaNetException">There is no driver, no such device, no cuDNN, or no cuBLAS where it is asked for: in the loader's own words.</exception>
    public CudaBackend(CudaOptions? options = null)
    {
        Options = options ?? new CudaOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(Options.WorkspaceLimitBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.PinnedLimitBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.DeviceLimitBytes, nameof(options));
        CudaLibraries libraries = Options.Libraries ?? CudaLibraries.Load();
        Device = CudaDevices.Find(libraries, Options.Device);
        _ = libraries.Cudnn;
        _ = Options.Linear == CudaLinear.Cublas ? libraries.Cublas : null;
        _cache = new ChoiceCache(Options);
        _choices = new ConvolutionChoices(Options, _cache);
        Layout = new StorageLayout("nhwc", 1, 0) { Precision = Options.Precision.Storage(), PublishedPrecision = StoragePrecision.Float32, KeepsPublished = true };
    }

    /// <summary>
    /// A native object could not be freed, and is lost to the process. Nothing is thrown then, and all else is still freed. Raised once for each such object, on
    /// the thread that freed it; what a listener throws is ignored.
    /// </summary>
    public event Action<ReleaseFailure>? ReleaseFailed;

    /// <inheritdoc/>
    public string Name { get; internal init; } = "cuda";

    /// <inheritdoc/>
    public Tolerance Tolerance => Options.Precision.Tolerance();

    /// <inheritdoc/>
    public StorageLayout Layout { get; }

    /// <summary>What it was made with.</summary>
    public CudaOptions Options { get; }

    /// <summary>The device.</summary>
    public CudaDevice Device { get; }

    /// <summary>What became of <see cref="CudaOptions.CacheFile"/> where it could not be used or written, a sentence each; nothing else depends on it.</summary>
    public IReadOnlyList<string> Notes => _cache.Notes;

    /// <summary>How it is that an image's bits do not depend on the other images of its batch, in a few words.</summary>
    /// <exception cref="CudaNetException">There is no cuDNN.</exception>
    public string BatchBits => StepChoices.BatchBits(Options.BatchBits, $"cuDNN {Device.Libraries.CudnnVersion}");

    /// <inheritdoc/>
    public PreparedModel Prepare(LayerGraph graph, ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        CudaRuntime runtime = ClaimRuntime();
        try
        {
            return new CudaModel(this, runtime, graph, parameters);
        }
        catch (OverflowException exception)
        {
            ReleaseRuntime(runtime);
            throw new CudaNetException("a weight of this model is beyond what this machine can index", exception);
        }
        catch
        {
            ReleaseRuntime(runtime);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Asks the device's cuDNN, and tries what it answers on zeros; the device's memory for that is freed again.</remarks>
    public PlanCost Measure(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        CudaRuntime runtime = ClaimRuntime();
        try
        {
            using (Uninterrupted.Enter(runtime.Loading))
            {
                using ContextScope scope = runtime.Context.Push();
                using ModelWeights weights = new(plan.Graph, parameters: null, Options);
                using CudaProgram program = LoadProgram(runtime, weights, plan, binding: null, measures: true);
                return new PlanCost(weights.Bytes, program.Bytes + plan.ObservedInputBytes, program.Choices);
            }
        }
        finally
        {
            ReleaseRuntime(runtime);
        }
    }

    /// <summary>
    /// Binds runs to a device's memory. What it is made of is checked here, once: that the memory is of the backend's context, long enough, and
    /// begins at a multiple of 16; that stream and events are the context's and in no capture.
    /// </summary>
    /// <param name="input">Where runs take their input from.</param>
    /// <param name="output">Where runs leave their output, fp32.</param>
    /// <param name="order">How runs are ordered with the caller's work; null where he sees to that.</param>
    /// <exception cref="ArgumentException">Memory, stream or event is not what it must be.</exception>
    /// <exception cref="CudaNetException">The driver refuses, or the device does not compute in this precision.</exception>
    public DeviceBinding Bind(DeviceInput input, DeviceOutput output, DeviceOrder? order = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        CudaRuntime runtime = ClaimRuntime();
        try
        {
            using ContextScope scope = runtime.Context.Push();
            return new DeviceBinding(this, runtime, input, output, order ?? new DeviceOrder());
        }
        catch
        {
            ReleaseRuntime(runtime);
            throw;
        }
    }

    /// <param name="runtime">Where.</param>
    /// <param name="weights">Of the plan's graph.</param>
    /// <param name="plan">What it shall run.</param>
    /// <param name="binding">The type of binding of its runs; null for host memory.</param>
    /// <param name="measures">Whether only sizes and choices are wanted.</param>
    internal CudaProgram LoadProgram(CudaRuntime runtime, ModelWeights weights, ExecutionPlan plan, Type? binding, bool measures)
    {
        if (plan.Steps.SelectMany(s => s.Stages).Where(s => s.IsObserved).Sum(s => s.Stored?.Bytes ?? 0) > Options.DeviceLimitBytes)
        {
            // Then later steps store over what was published, once it has been read.
            plan = Planner.Plan(plan.Graph, plan.InputShape, plan.Observed, Layout with { KeepsPublished = false });
        }

        CudaPlanLoader loader = new(runtime, weights, _choices, _cache, Options, plan, binding, measures);
        try
        {
            CudaProgram program = loader.Load();
            _cache.Save();
            return program;
        }
        catch (OverflowException exception)
        {
            loader.Dispose();
            throw new CudaNetException($"a batch of {plan.InputShape} is beyond what a device can address", exception) { Hint = "Run smaller batches or smaller images." };
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }

    /// <summary>Gives a claim back; the last one releases the device.</summary>
    internal void ReleaseRuntime(CudaRuntime runtime)
    {
        using (Uninterrupted.Enter(_lock))
        {
            if (--_claims > 0)
            {
                return;
            }

            _runtime = null;
        }

        runtime.Dispose();
    }

    private CudaRuntime ClaimRuntime()
    {
        RequirePrecision();
        using (Uninterrupted.Enter(_lock))
        {
            _runtime ??= new CudaRuntime(Device, Options.Context, failure => ReleaseFailed?.Invoke(failure));
            _claims++;
            return _runtime;
        }
    }

    private void RequirePrecision()
    {
        if (Options.Precision.WhyNot(Device) is { } whyNot)
        {
            throw new CudaNetException(whyNot)
            {
                Hint = Device.ComputeCapability < ArithmeticPrecision.Float32.Needs() ? "CudaNet's kernels need a device of the Turing generation or newer." : $"{nameof(ArithmeticPrecision.Float16)} and {nameof(ArithmeticPrecision.Float32)} run on it.",
            };
        }
    }
}
