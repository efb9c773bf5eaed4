using System.CommandLine;
using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>cudanet roofline</c>: the least time that a plan can take on GPUs by what their makers print, to measure against.</summary>
internal sealed class RooflineCommand : CliCommand
{
    private static readonly ArithmeticPrecision[] Precisions = Enum.GetValues<ArithmeticPrecision>();

    private readonly Argument<string> _model = SharedOptions.Model(takesArchitecture: true);
    private readonly ModelOptions _modelOptions;
    private readonly Option<string[]> _gpus = ValueOptions.Choices("--gpu", "A GPU of the table of peaks; default: all. Repeatable.", [.. GpuCatalogue.All.Select(g => g.Name)]);
    private readonly Option<string[]> _precisions = ValueOptions.Choices("--precision", "What is multiplied; default: all. Repeatable.", [.. Precisions.Select(p => p.ShortName())]);
    private readonly Option<string[]> _layers = SharedOptions.Layers("A layer that is observed: a name, an alias, a scope, input, or all. Repeatable.");
    private readonly Option<ImageSize?> _input = SharedOptions.Size("--input", "The image size to plan for; default: the model's own, or 224x224.");
    private readonly Option<int> _batch = SharedOptions.Batch(1, "Images a run.");

    public RooflineCommand(CliContext context)
        : base(
            context,
            "roofline",
            "Shows the least time that a pass can take on GPUs by their makers' peaks: a limit to measure against.",
            "cudanet roofline resnet18 --batch 32",
            "cudanet roofline resnet50 --gpu H100 --precision fp16 --input 288x288")
    {
        Add(_model);
        Add(_gpus);
        Add(_precisions);
        Add(_layers);
        Add(_input);
        Add(_batch);
        _modelOptions = new ModelOptions(this, context);
        Add(Json);
    }

    protected override int Execute(ParseResult arguments)
    {
        using ModelSource source = _modelOptions.OpenSource(arguments, arguments.GetRequiredValue(_model));
        TensorShape input = source.InputShape(arguments.GetValue(_input), arguments.GetValue(_batch));
        IReadOnlyList<LayerNode> observed = LayerNames.Resolve(source.Graph, arguments.GetValue(_layers)!);
        ExecutionPlan plan = Planner.Plan(source.Graph, input, observed, StorageLayout.Dense);
        string[] gpus = arguments.GetValue(_gpus)!, precisions = arguments.GetValue(_precisions)!;
        RooflineCell[] cells =
        [
            .. from gpu in GpuCatalogue.All
               where IsWanted(gpu.Name, gpus)
               from precision in Precisions
               where IsWanted(precision.ShortName(), precisions)
               select new RooflineCell(gpu, precision, gpu.Peak(precision) is null ? null : Roofline.Floor(plan, gpu, precision)),
        ];
        if (arguments.GetValue(Json))
        {
            JsonOutput.Write(Context.Out, json => RooflineJson.Write(json, plan, cells));
        }
        else
        {
            WriteText(plan, cells);
        }

        return ExitCode.Success;
    }

    private static bool IsWanted(string name, string[] wanted) => wanted.Length == 0 || wanted.Contains(name, StringComparer.OrdinalIgnoreCase);

    private void WriteText(ExecutionPlan plan, RooflineCell[] cells)
    {
        IReadOnlyList<StepWork> work = StepWork.Of(plan, StoragePrecision.Float32);
        string observed = plan.Observed.Count == 0 ? "" : $", observed: {string.Join(", ", plan.Observed)}";
        Context.Line($"input {plan.InputShape}, {Format.Plural(plan.Steps.Count, "step")}, {Number(work.Sum(w => w.Flops) / 1e9)} GFLOP{observed}");
        Context.Line("a limit by the makers' peaks, not a time: nothing here has been measured");
        Context.Out.WriteLine();
        if (cells is [{ Floor: { } floor }])
        {
            WriteSteps(floor);
        }
        else
        {
            WriteSummary(cells);
        }
    }

    private void WriteSummary(RooflineCell[] cells)
    {
        TextTable table = new("GPU", "arithmetic", ">TFLOP/s", ">GB/s", ">MB moved", ">floor µs", ">images/s", ">memory-bound", ">of the time");
        foreach (RooflineCell cell in cells)
        {
            if (cell.Floor is not { } floor)
            {
                table.Add(cell.Gpu.Name, cell.Precision.ShortName(), "none", Printed(cell.Gpu.BytesPerSecond / 1e9), "", "", "", "", "");
                continue;
            }

            table.Add(
                cell.Gpu.Name,
                cell.Precision.ShortName(),
                Printed(cell.Gpu.Peak(cell.Precision)!.Value / 1e12),
                Printed(cell.Gpu.BytesPerSecond / 1e9),
                Number(floor.Bytes / 1e6),
                Number(floor.Seconds * 1e6),
                Number(floor.ImagesPerSecond),
                $"{floor.MemoryBoundSteps} of {floor.Steps.Count}",
                string.Create(CultureInfo.InvariantCulture, $"{100 * floor.MemoryBoundSeconds / floor.Seconds:f0} %"));
        }

        table.Write(Context.Out);
        string[] missing = [.. cells.Select(c => c.Gpu.WhyNot(c.Precision)).OfType<string>()];
        if (missing.Length > 0)
        {
            Context.Out.WriteLine();
            Array.ForEach(missing, why => Context.Line($"none: {why}"));
        }
    }

    private void WriteSteps(PassFloor floor)
    {
        Gpu gpu = floor.Gpu;
        double peak = gpu.Peak(floor.Precision)!.Value;
        Context.Line($"{gpu.Product}, compute capability {gpu.ComputeCapability}, L2 {gpu.CacheBytes >> 20} MiB");
        Context.Line($"{floor.Precision.ShortName()} at {Printed(peak / 1e12)} TFLOP/s, memory at {Printed(gpu.BytesPerSecond / 1e9)} GB/s: compute bounds what has more than {Number(peak / gpu.BytesPerSecond)} FLOP/byte");
        foreach (GpuSource source in gpu.Sources)
        {
            Context.Line($"source of {source}");
        }

        Context.Out.WriteLine();
        TextTable table = new("step", "layers", ">MFLOP", ">bytes", ">FLOP/byte", ">floor µs", "bound by");
        foreach (StepFloor step in floor.Steps)
        {
            StepWork work = step.Work;
            table.Add(
                $"{work.Step.Index} {work.Step.Head.Node}",
                work.Step.Describe(),
                Number(work.Flops / 1e6),
                Format.Count(work.Bytes),
                Number(work.Intensity),
                Number(step.Seconds * 1e6),
                RooflineCell.Name(step.Bound));
        }

        table.Write(Context.Out);
        Context.Out.WriteLine();
        Context.Line($"floor of a pass: {Number(floor.Seconds * 1e6)} µs, {Number(floor.ImagesPerSecond)} images/s; {floor.MemoryBoundSteps} of {floor.Steps.Count} steps bound by memory; {Format.Count(floor.Bytes)} bytes, weights {Format.Count(floor.WeightBytes)} of them");
    }

    /// <summary>The digits that the maker prints.</summary>
    private static string Printed(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    /// <summary>Four significant digits, no exponent: 0.03125, 12.35, 123,457.</summary>
    private static string Number(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        int decimals = Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 9);
        return value.ToString($"n{decimals}", CultureInfo.InvariantCulture);
    }
}
