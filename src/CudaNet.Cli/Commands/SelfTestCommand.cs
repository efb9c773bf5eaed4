using System.CommandLine;
using System.CommandLine.Parsing;
using CudaNet.Cli.SelfTest;
using CudaNet.Data;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary><c>cudanet selftest</c>: every hand-written kernel and every library call of the CUDA floor against the reference, on a device.</summary>
internal sealed class SelfTestCommand : CliCommand
{
    private const int Cudnn8 = 8907;
    private const int Cudnn9 = 91900;

    private readonly Option<DeviceName> _backend = new("--backend")
    {
        HelpName = DeviceName.Form,
        Description = "A device that exists in host memory only, or a GPU of this machine by its number (default 0).",
        Required = true,
        CustomParser = ParseBackend,
    };

    private readonly Option<bool> _times = new("--times") { Description = "Measures each kernel and call on the device, between events. Not for the emulated device, which has no times." };
    private readonly Option<int?> _seed = ValueOptions.OptionalCount("--seed", int.MaxValue, "Of the emulated device: draws the order of unordered work; default 1.");
    private readonly Option<int?> _cudnn = new("--cudnn") { HelpName = "8|9", Description = "Of the emulated device: whose numbering and rules its cuDNN has; default 9." };
    private readonly Option<string?> _model = new("--model") { HelpName = "MODEL", Description = "A model's file, to run whole as well: every layer, and equal bits pass after pass, in each precision." };
    private readonly ModelOptions _modelOptions;
    private readonly Option<string?> _image = new("--image") { HelpName = "IMAGE", Description = "What the model runs on; by default values between -1 and 1 drawn from a seed." };
    private readonly Option<string?> _graph = PreprocessingOptions.CreateGraph();
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FILE", Description = "Writes the JSON object to a file, beside what is printed." };

    public SelfTestCommand(CliContext context)
        : base(
            context,
            "selftest",
            "Runs every CUDA kernel and library call against the reference; exit code 1 where one fails.",
            "cudanet selftest --backend emulated",
            "cudanet selftest --backend cuda:0 --times --output selftest.json",
            "cudanet selftest --backend cuda:0 --model model.safetensors --image photo.jpg")
    {
        _cudnn.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: "8" or "9" }])
            {
                result.AddError($"'{string.Join(' ', result.Tokens)}' is not a version of cuDNN: 8 or 9.");
            }
        });
        Add(_backend);
        Add(_times);
        Add(_seed);
        Add(_cudnn);
        Add(_model);
        Add(_image);
        Add(_graph);
        Add(_output);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        DeviceName device = arguments.GetValue(_backend);
        bool times = arguments.GetValue(_times);
        (int? seed, int? cudnn) = (arguments.GetValue(_seed), arguments.GetValue(_cudnn));
        if (device.IsEmulated && times)
        {
            throw new UsageException("an emulated device has no times: --times goes with --backend cuda");
        }

        if (!device.IsEmulated && (seed ?? cudnn) is not null)
        {
            throw new UsageException("--seed and --cudnn are for --backend emulated");
        }

        (string? path, string? image, string? file) = (arguments.GetValue(_model), arguments.GetValue(_image), arguments.GetValue(_output));
        if (image is not null && path is null)
        {
            throw new UsageException("--image goes with --model");
        }

        string? graph = arguments.GetValue(_graph);
        if (graph is not null && image is null)
        {
            throw new UsageException("--preprocess goes with --image");
        }

        if (file is not null)
        {
            OutputPath.RefuseInputs(file, [.. path is null ? [] : PipeInput.FilesOf(path), .. ((string?[])[image, graph]).OfType<string>()]);
        }

        using Model? model = path is null ? null : _modelOptions.Open(arguments, path, graph);
        CudaDevice? gpu = device.Ordinal is { } ordinal ? CudaDevices.Find(CudaLibraries.Load(), ordinal) : null;
        IReadOnlyList<Check> checks = model is null ? AllChecks.List : [.. AllChecks.List, .. ModelChecks.All(model, Input(model, path!, image), gpu?.IsEmulated() ?? true)];
        SelfTestReport? report = null;
        EmulatorOptions options = new() { Seed = seed ?? 1, CudnnVersion = cudnn == 8 ? Cudnn8 : Cudnn9 };
        ProgressBar.Run(Context, "selftest", "checks", checks.Count, progress =>
        {
            using EmulatedMachine? machine = gpu is null ? new EmulatedMachine(options) : null;
            report = gpu is null
                ? SelfTests.OnEmulated(machine!, checks, Context.Cancellation, progress)
                : SelfTests.OnCuda(gpu, checks, times, Context.Cancellation, progress);
        });
        Report(arguments, file, report!.WriteJson, () => report!.WriteText(Context.Out));
        return report.Code;
    }

    private static DeviceName ParseBackend(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DeviceName.TryParse(text) is { } device)
        {
            return device;
        }

        result.AddError($"'{text}' is no device to test: {DeviceName.Emulated}, {DeviceName.Cuda} or {DeviceName.Cuda}:N.");
        return default;
    }

    private Tensor Input(Model model, string path, string? image)
    {
        if (image is null)
        {
            TensorShape drawn = new ModelSource(model.Graph, model).InputShape(null, 1);
            InputShape.Check(model.Graph, drawn, path);
            return BlockNetwork.Input(drawn);
        }

        Preprocessing rule = model.Metadata.Preprocessing ?? Preprocessing.Torchvision;
        InputSource source = new([image], 1, model.Graph, () => new Preprocessor(rule), skipUnreadable: false, Context);
        return source.Batches(Context.Cancellation).First().Tensor;
    }
}
