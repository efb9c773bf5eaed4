using System.CommandLine;
using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary><c>cudanet explain</c>: what was decided before anything runs.</summary>
internal sealed class ExplainCommand : CliCommand
{
    private readonly Argument<string> _model = SharedOptions.Model(takesArchitecture: true);
    private readonly ModelOptions _modelOptions;
    private readonly Option<string[]> _layers = SharedOptions.Layers("A layer that is observed: a name, an alias, a scope, input, or all. Repeatable.");
    private readonly Option<ImageSize?> _input = SharedOptions.Size("--input", "The image size to plan for; default: the model's own, or 224x224.");
    private readonly Option<int> _batch = SharedOptions.Batch(1, "Images a run.");
    private readonly BackendOptions _backend;

    public ExplainCommand(CliContext context)
        : base(
            context,
            "explain",
            "Shows the plan: steps, published stages, buffers and bytes, with and without the observed layers.",
            "cudanet explain models/resnet18-leaf.safetensors --layer layer3 --layer global_pool",
            "cudanet explain resnet50 --batch 8 --layer all")
    {
        Add(_model);
        Add(_layers);
        Add(_input);
        Add(_batch);
        _backend = new BackendOptions(this, context);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        using ModelSource source = _modelOptions.OpenSource(arguments, arguments.GetRequiredValue(_model));
        TensorShape input = source.InputShape(arguments.GetValue(_input), arguments.GetValue(_batch));
        IReadOnlyList<LayerNode> observed = LayerNames.Resolve(source.Graph, arguments.GetValue(_layers)!);
        IBackend backend = _backend.Create(arguments);
        ExecutionPlan bare = Planner.Plan(source.Graph, input, [], backend.Layout);
        ExecutionPlan plan = observed.Count == 0 ? bare : Planner.Plan(source.Graph, input, observed, backend.Layout);
        (PlanCost? cost, string? passText, string? whyNot) = Measure(backend, source.Model, plan);
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => WriteJson(json, backend, bare, plan, cost, passText, whyNot));
        }
        else
        {
            WriteText(backend, bare, plan, cost, passText, whyNot);
        }

        return ExitCode.Success;
    }

    private static (PlanCost? Cost, string? PassText, string? WhyNot) Measure(IBackend backend, Model? model, ExecutionPlan plan)
    {
        PlanCost? cost = null;
        try
        {
            cost = backend.Measure(plan);
            return (cost, backend is CudaBackend ? HowPassesRun(backend, model, plan) : null, null);
        }
        catch (CudaNetException exception) when (exception is not UnknownOperatorException)
        {
            return (cost, null, exception.Message);
        }
    }

    /// <summary>Only a pass tells whether it can be captured; an architecture has no weights for one.</summary>
    private static string? HowPassesRun(IBackend backend, Model? model, ExecutionPlan plan)
    {
        if (model is null)
        {
            return "decided at the first run: an architecture has no weights to run with";
        }

        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(plan, place);
        executable.WarmUp();
        return executable.PassText;
    }

    private static void WriteJson(Utf8JsonWriter json, IBackend backend, ExecutionPlan bare, ExecutionPlan plan, PlanCost? cost, string? passText, string? whyNot)
    {
        json.WriteString("backend", backend.Name);
        json.WriteString("layout", plan.Layout.Name);
        json.WriteShape("input", plan.InputShape);
        json.WriteShape("output", plan.OutputShape);
        json.WriteStrings("observed", plan.Observed.Select(o => o.Name));
        json.WriteObjects("steps", plan.Steps, step =>
        {
            json.WriteString("kind", step.Describe());
            json.WriteObjects("stages", step.Stages, stage =>
            {
                json.WriteString("layer", stage.Node.Name);
                json.WriteShape("shape", stage.Shape);
                json.WriteBoolean("published", stage.IsObserved);
                json.WriteOptional("slot", stage.Stored?.Slot);
            });
            json.WriteOptional("inputSlot", step.Input.Slot);
            json.WriteOptional("residualSlot", step.Residual?.Slot);
            json.WriteString("algorithm", cost?.Choices[step.Index].Algorithm);
            json.WriteOptional("workspaceBytes", cost?.Choices[step.Index].WorkspaceBytes);
            json.WriteString("choiceLayout", cost?.Choices[step.Index].Layout);
            json.WriteString("arithmetic", cost?.Choices[step.Index].Arithmetic);
            json.WriteString("batchBits", cost?.Choices[step.Index].BatchBits);
            json.WriteOptional("imagesAtOnce", cost?.Choices[step.Index].ImagesAtOnce);
            json.WriteOptional("operations", cost?.Choices[step.Index].Operations);
            json.WriteString("choiceNote", cost?.Choices[step.Index].Note);
        });
        json.WriteStartArray("slotBytes");
        foreach (long bytes in plan.SlotBytes)
        {
            json.WriteNumberValue(bytes);
        }

        json.WriteEndArray();
        json.WriteNumber("bytes", plan.TotalBytes);
        json.WriteNumber("bytesWithoutObservers", bare.TotalBytes);
        json.WriteOptional("bufferBytes", cost?.BufferBytes);
        json.WriteOptional("weightBytes", cost?.WeightBytes);
        json.WriteString("passText", passText);
        json.WriteString("whyNotLoaded", whyNot);
        json.WriteStrings("notes", (backend as CudaBackend)?.Notes ?? []);
    }

    private void WriteText(IBackend backend, ExecutionPlan bare, ExecutionPlan plan, PlanCost? cost, string? passText, string? whyNot)
    {
        Context.Out.Write(bare);
        if (plan != bare)
        {
            Context.Out.WriteLine();
            Context.Out.Write(plan);
            Context.Out.WriteLine();
            Context.Out.WriteLine($"observing {Format.Plural(plan.Observed.Count, "layer")}: {Format.Count(plan.TotalBytes - bare.TotalBytes)} bytes more in slots");
        }

        if (cost is null)
        {
            Context.Line($"algorithms: not chosen, {whyNot}");
            return;
        }

        if (cost.Choices.Count(c => c.ImagesAtOnce is not null) is > 0 and int first)
        {
            Context.Line($"steps 0 to {first - 1}: at most {Format.Plural(cost.Choices[0].ImagesAtOnce!.Value, "image")} of the batch at once, whose values are all that is held of theirs");
        }

        Context.Out.WriteLine($"an executable: {Format.Bytes(cost.BufferBytes)}, with copies for the host and workspaces");
        Context.Out.WriteLine($"packed weights ({backend.Name}): {Format.Bytes(cost.WeightBytes)}, one set for all plans");
        if ((passText ?? whyNot) is { } passes)
        {
            Context.Line($"passes: {(passText is null ? "not run, " : "")}{passes}");
        }

        bool hasBatchBits = cost.Choices.Any(c => c.BatchBits is not null);
        bool hasOperations = cost.Choices.Any(c => c.Operations is not null);
        bool hasNotes = cost.Choices.Any(c => c.Note is not null);
        bool hasLayouts = cost.Choices.Any(c => c.Layout is not null || c.Arithmetic is not null);
        TextTable table = new([
            "step", "algorithm", .. (string[])(hasLayouts ? ["layout", "arithmetic"] : []), "workspace", .. (string[])(hasBatchBits ? ["batch bits"] : []),
            .. (string[])(hasOperations ? ["MFLOP"] : []), .. (string[])(hasNotes ? ["note"] : [])]);
        foreach (PlanStep step in plan.Steps)
        {
            StepChoice choice = cost.Choices[step.Index];
            string workspace = choice.WorkspaceBytes == 0 ? "" : $"{Format.Count(choice.WorkspaceBytes)} bytes";
            string[] layout = hasLayouts ? [choice.Layout ?? "", choice.Arithmetic ?? ""] : [];
            string[] bits = hasBatchBits ? [choice.BatchBits ?? ""] : [];
            string[] operations = hasOperations ? [choice.Operations is { } count ? Format.Count((count + 500_000) / 1_000_000) : ""] : [];
            string[] note = hasNotes ? [choice.Note ?? ""] : [];
            table.Add([$"{step.Index} {step.Head.Node}", choice.Algorithm, .. layout, workspace, .. bits, .. operations, .. note]);
        }

        Context.Out.WriteLine();
        table.Write(Context.Out);
        foreach (string note in (backend as CudaBackend)?.Notes ?? [])
        {
            Context.Line($"note: {note}");
        }
    }
}
