using System.CommandLine;
using System.Globalization;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>cudanet compare</c>: every layer against values that something else computed.</summary>
internal sealed class CompareCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model();
    private readonly ModelOptions _modelOptions;
    private readonly ReferenceOptions _reference;
    private readonly Option<double?> _tolerance = new("--tolerance")
    {
        HelpName = "X",
        Description = "The largest difference allowed, as a fraction of a layer's largest magnitude; default: the table's row for the backend.",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value))
            {
                return value;
            }

            result.AddError($"'{text}' is not a tolerance: a number of at least 0, for example 1e-5.");
            return null;
        },
    };

    private readonly PreprocessingOptions _preprocessing;
    private readonly BackendOptions _backend;

    public CompareCommand(CliContext context)
        : base(
            context,
            "compare",
            "Compares every layer with reference values, another backend or another model; exit code 1 where one is beyond tolerance.",
            "cudanet compare model.safetensors --reference golden.safetensors",
            "cudanet compare model.safetensors --reference hooks.npz --input photo.jpg --tolerance 1e-5",
            "cudanet compare model.safetensors --backend cpu --against reference --size 64x64",
            "cudanet compare model.safetensors --against-model checkpoint.pth --input inputs.npy")
    {
        Add(_model);
        _reference = new ReferenceOptions(this);
        Add(_tolerance);
        _preprocessing = new PreprocessingOptions(this);
        _backend = new BackendOptions(this, context);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        ReferenceChoice choice = _reference.Read(arguments);
        IBackend backend = _backend.Create(arguments);
        Tolerance? asked = arguments.GetValue(_tolerance) is { } given ? new Tolerance("--tolerance", given, "as asked") : null;
        using Model model = _modelOptions.Open(arguments, arguments.GetRequiredValue(_model), _preprocessing.Graph(arguments));
        FinitenessNotes? notes = null;
        ComparisonReport report = choice.File is { } file
            ? WithFile(file, choice, model, backend, asked, arguments, () => notes = new FinitenessNotes(model, Context))
            : WithOther(choice, model, backend, asked, arguments, () => notes = new FinitenessNotes(model, Context));
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => report.WriteJson(json, notes!));
        }
        else
        {
            report.WriteText(Context);
        }

        return report.Code;
    }

    private ComparisonReport WithFile(string file, ReferenceChoice choice, Model model, IBackend backend, Tolerance? asked, ParseResult arguments, Action look)
    {
        using ReferenceValues reference = new(file, model.Graph);
        if (reference.Input is not null && choice.Input is not null)
        {
            Context.Note($"{choice.Input} is run, not the input of the reference file");
        }

        ComparedInput input = choice.Input is { } path ? ComparedInput.Read(path, model.Graph, () => _preprocessing.Create(arguments, model, Context), Context)
            : reference.Input is { } own ? new ComparedInput(own, file)
            : throw new CudaNetException($"there is no tensor '{model.Graph.Input}' to run")
            {
                File = file,
                Hint = "Keep the input in the file, under that name, or give what the values were computed from: --input FILE.npy, or the image.",
            };
        look();
        using Session session = new(model, backend);
        IReadOnlyList<LayerComparison> results = ReferenceComparison.Run(session, input.Tensor, reference.Entries, asked, backend.Tolerance, Context.Cancellation);
        return new ComparisonReport
        {
            Backend = backend.Name,
            Tolerance = asked ?? backend.Tolerance,
            Reference = file,
            Input = input,
            LayerCount = model.Graph.Layers.Count(),
            Results = results,
            Missing = [.. model.Graph.Layers.Except(results.SelectMany(r => r.IsOverwritten ? (LayerNode[])[r.Layer, r.Meant] : [r.Layer])).Select(l => l.Name)],
            Unknown = reference.Unknown,
        };
    }

    private ComparisonReport WithOther(ReferenceChoice choice, Model model, IBackend backend, Tolerance? asked, ParseResult arguments, Action look)
    {
        if (choice.Against == DeviceName.Emulated && backend.Name == DeviceName.Emulated)
        {
            throw new UsageException("a process has one emulated device: name another --backend");
        }

        IBackend judge = choice.Against is { } name ? BackendOptions.Create(name) : backend;
        using Model? second = choice.AgainstModel is { } path ? ModelFile.Open(path) : null;
        Model other = second ?? model;
        ComparedInput input = choice.Input is { } file
            ? ComparedInput.Read(file, model.Graph, () => _preprocessing.Create(arguments, model, Context), Context)
            : ComparedInput.Draw(new ModelSource(model.Graph, model).InputShape(_preprocessing.Size(arguments), 1), choice.Seed);
        InputShape.Check(model.Graph, input.Tensor.Shape, arguments.GetRequiredValue(_model));
        InputShape.Check(other.Graph, input.Tensor.Shape, choice.AgainstModel ?? arguments.GetRequiredValue(_model));
        look();
        Tolerance tolerance = asked ?? (judge.Tolerance.OfLargest > backend.Tolerance.OfLargest ? judge.Tolerance : backend.Tolerance);
        using Session session = new(model, backend), judging = new(other, judge);
        return new ComparisonReport
        {
            Backend = backend.Name,
            Tolerance = tolerance,
            Against = judge.Name,
            AgainstModel = choice.AgainstModel,
            Input = input,
            LayerCount = model.Graph.Layers.Count(),
            Results = PairComparison.Run(session, judging, input.Tensor, tolerance, Context.Cancellation),
            Missing = PairComparison.Without(model.Graph, other.Graph),
            Unknown = PairComparison.Without(other.Graph, model.Graph),
        };
    }
}
