using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Cli;

/// <summary><c>cudanet profile</c>: equal bits over many passes, and the latency or throughput of passes in trtexec's fields.</summary>
internal sealed class ProfileCommand : CliCommand
{
    private const string None = "none";
    private const string One = "one";
    private const string Activations = "activations";
    private const string All = "all";
    private const long LongestMs = 24 * 60 * 60 * 1000;

    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly BackendOptions _backend;
    private readonly Option<int> _batch = SharedOptions.Batch(1, "Images a pass.");
    private readonly Option<ImageSize?> _input = SharedOptions.Size("--input", "The image size; default: the model's own, or 224x224.");
    private readonly Option<string?> _observe = ValueOptions.Choice(
        "--observe", "The layers that each pass brings to the host: none (default), one (the last activation), all activations, or all layers.", None, One, Activations, All);

    private readonly PassOptions _passes;
    private readonly Option<int?> _repeat = ValueOptions.OptionalCount("--repeat", int.MaxValue, $"Passes whose outputs must have equal bits; default {PassBits.Repeats(isEmulated: false)}, {PassBits.Repeats(isEmulated: true)} on an emulated device.");
    private readonly Option<long> _warmUp = ValueOptions.Number("--warm-up", 200, 0, LongestMs, "Milliseconds of passes before any is measured.");
    private readonly Option<long> _duration = ValueOptions.Number("--duration", 3000, 0, LongestMs, "Milliseconds of measured passes, at least.");
    private readonly Option<int> _runs = ValueOptions.Count("--runs", 1000, 100_000_000, "Measured passes, at least.");
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FILE", Description = "Writes the JSON object to a file, beside what is printed." };

    public ProfileCommand(CliContext context)
        : base(
            context,
            "profile",
            "Runs passes again and again: equal bits, latency and throughput; exit code 1 where bits differ.",
            "cudanet profile model.safetensors --backend cuda --precision fp16 --batch 32",
            "cudanet profile model.safetensors --backend cuda --scenario offline --lanes 4 --binding images --batch 8",
            "cudanet profile model.safetensors --backend cuda:1 --observe activations --output row.json",
            "cudanet profile model.safetensors --input 128x128 --duration 1000 --runs 20")
    {
        Add(_model);
        _backend = new BackendOptions(this, context);
        Add(_batch);
        Add(_input);
        Add(_observe);
        _passes = new PassOptions(this);
        Add(_repeat);
        Add(_warmUp);
        Add(_duration);
        Add(_runs);
        Add(_output);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        string path = arguments.GetRequiredValue(_model);
        string? file = arguments.GetValue(_output);
        if (file is not null)
        {
            OutputPath.RefuseInputs(file, PipeInput.FilesOf(path));
        }

        PassPlan passes = _passes.Plan(arguments);
        SingleStream? single = null;
        IBackend backend = _backend.Create(arguments, passes.IsOffline ? null : times => single?.Measured(times));
        passes.RequireFor(backend);
        ProfiledMachine machine = Describe(backend);
        using ModelSource source = _modelOptions.OpenSource(arguments, path);
        Model model = source.Model ?? throw new CudaNetException("is an architecture without weights") { File = path, Hint = "`cudanet profile` runs a model's file." };
        TensorShape shape = source.InputShape(arguments.GetValue(_input), arguments.GetValue(_batch));
        InputShape.Check(model.Graph, shape, path);
        string observed = arguments.GetValue(_observe) ?? None;
        using PreparedModel prepared = backend.Prepare(model);
        using PassLanes lanes = new(prepared, model.Metadata.Preprocessing ?? Preprocessing.Torchvision, shape, Select(model.Graph, observed), passes, Context.Cancellation);
        int repeats = arguments.GetValue(_repeat) ?? PassBits.Repeats(machine.IsEmulated);
        bool equal = PassBits.AreEqual(lanes.All, lanes.Outputs, repeats);
        TimeSpan warmUp = TimeSpan.FromMilliseconds(arguments.GetValue(_warmUp)), duration = TimeSpan.FromMilliseconds(arguments.GetValue(_duration));
        int runs = arguments.GetValue(_runs);
        single = new SingleStream(lanes.All[0]);
        MeasuredTimes? measured = machine.IsEmulated ? null
            : passes.IsOffline ? Offline.Measure(lanes.All, warmUp, duration, runs)
            : single.Measure(warmUp, duration, runs);
        PassProfile profile = new(machine, Describe(backend, passes, lanes), shape, observed, lanes.Observed, prepared.Bytes, repeats, equal, measured);
        Report(arguments, file, json => ProfileJson.Write(json, profile), () => ProfileText.Write(Context, profile));
        return profile.Code;
    }

    private static string[] Select(LayerGraph graph, string observed) => observed switch
    {
        None => [],
        One => [.. graph.Layers.Where(IsActivation).TakeLast(1).Select(l => l.Name)],
        Activations => [.. graph.Layers.Where(IsActivation).Select(l => l.Name)],
        All => [.. graph.Layers.Select(l => l.Name)],
        _ => throw new ArgumentOutOfRangeException(nameof(observed), observed, "no such choice"),
    };

    private static bool IsActivation(LayerNode layer) => layer.Op is ReLU;

    private static PassSettings Describe(IBackend backend, PassPlan passes, PassLanes lanes)
    {
        CudaOptions? options = (backend as CudaBackend)?.Options;
        string? graph = options is null ? null : options.Graph == CudaGraphs.On ? "on" : "off";
        return new PassSettings(passes.Scenario, passes.Lanes, passes.Binding, graph, options?.FusedConvolutions, options?.BatchBits.ToString(), lanes.All[0].PassText);
    }

    private static ProfiledMachine Describe(IBackend backend)
    {
        if (backend is not CudaBackend cuda)
        {
            return new ProfiledMachine(backend.Name, null, null, null, null, ArithmeticPrecision.Float32.ShortName(), null, null, IsEmulated: false);
        }

        CudaDevice device = cuda.Device;
        return new ProfiledMachine(
            cuda.Name == DeviceName.Emulated ? DeviceName.Emulated : $"{DeviceName.Cuda}:{device.Ordinal}",
            $"{device.Name}, compute capability {device.ComputeCapability}",
            device.Uuid,
            $"{device.Libraries.DriverVersion}",
            device.Libraries.Reports.FirstOrDefault(r => r.Library == "cuDNN")?.Version,
            cuda.Options.Precision.ShortName(),
            device.Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE),
            device.Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_ECC_ENABLED) != 0,
            device.IsEmulated());
    }
}
