using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>roofline</c>: what it prints, and that <c>docs/gpu-roofline.md</c> says the same.</summary>
public sealed class RooflineTests
{
    private static readonly string Page = File.ReadAllText(Repository.File("docs/gpu-roofline.md")).ReplaceLineEndings("\n");

    public static TheoryData<string, string> Blocks =>
        [.. Regex.Matches(Page, @"```console\n\$ cudanet ([^\n]*)\n(.*?)```", RegexOptions.Singleline).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];

    [Fact]
    public void The_summary_has_every_gpu_in_every_precision()
    {
        Tool tool = Tool.Run("roofline", "resnet18", "--batch", "2");
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.StartsWith("input 2×3×224×224, 23 steps, 7.256 GFLOP\na limit by the makers' peaks, not a time: nothing here has been measured\n\n", tool.Out, StringComparison.Ordinal);
        string[] rows = [.. tool.Out.Split('\n').SkipWhile(l => !l.StartsWith("GPU", StringComparison.Ordinal)).Skip(1).TakeWhile(l => l.Length > 0)];
        Assert.Equal(
            GpuCatalogue.All.SelectMany(g => ((string[])["fp32", "tf32", "fp16", "bf16"]).Select(p => (g.Name, p))),
            rows.Select(r => r.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(r => (r[0], r[1])));
        Assert.Matches(@"^T4 +tf32 +none +320$", rows[1]);
        Assert.EndsWith("\n\nnone: T4 has compute capability 7.5, whose tensor cores do not take tf32\nnone: T4 has compute capability 7.5, whose tensor cores do not take bf16\n", tool.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void One_gpu_and_precision_shows_a_row_a_step_and_their_sum()
    {
        Tool tool = Tool.Run("roofline", "resnet18", "--gpu", "h100", "--precision", "FP16", "--input", "128x128", "--batch", "8");
        PassFloor floor = Roofline.Floor(Plan(new TensorShape(8, 3, 128, 128)), GpuCatalogue.Find("H100"), ArithmeticPrecision.Float16);
        string[] lines = tool.Out.Split('\n');
        int head = Array.FindIndex(lines, l => l.StartsWith("step ", StringComparison.Ordinal));
        string[][] rows = [.. lines.Skip(head + 1).TakeWhile(l => l.Length > 0).Select(l => Regex.Split(l, " {2,}"))];
        Assert.Equal(floor.Steps.Select(s => $"{s.Work.Step.Index} {s.Work.Step.Head.Node}"), rows.Select(r => r[0]));
        Assert.Equal(floor.Steps.Select(s => s.Work.Bytes), rows.Select(r => long.Parse(r[3], NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
        Assert.Equal(floor.Steps.Select(s => RooflineCell.Name(s.Bound)), rows.Select(r => r[6]));
        double sum = rows.Sum(r => double.Parse(r[5], CultureInfo.InvariantCulture));
        Assert.Equal(floor.Seconds * 1e6, sum, 0.001 * sum);
        Assert.Contains("NVIDIA H100 (SXM5, 80 GB), compute capability 9.0, L2 50 MiB\n", tool.Out, StringComparison.Ordinal);
        Assert.All(floor.Gpu.Sources, s => Assert.Contains($"source of {s}\n", tool.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void A_precision_that_the_gpu_lacks_is_said_to_be_none()
    {
        Tool tool = Tool.Run("roofline", "resnet18", "--gpu", "T4", "--precision", "bf16");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Contains("T4   bf16           none", tool.Out, StringComparison.Ordinal);
        JsonElement floor = Assert.Single(Tool.Run("roofline", "resnet18", "--gpu", "T4", "--precision", "bf16", "--json").Json.GetProperty("floors").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, floor.GetProperty("seconds").ValueKind);
        Assert.Equal("T4 has compute capability 7.5, whose tensor cores do not take bf16", floor.GetProperty("whyNot").GetString());
        Assert.Equal(0, floor.GetProperty("steps").GetArrayLength());
    }

    [Fact]
    public void Json_has_the_engines_numbers()
    {
        JsonElement json = Tool.Run("roofline", "resnet18", "--gpu", "A100", "--gpu", "4090", "--precision", "tf32", "--layer", "layer1.0.bn1", "--json").Json;
        LayerGraph graph = ResNet.Build("resnet18");
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(1, 3, 224, 224), [graph.Find("layer1.0.bn1")], StorageLayout.Dense);
        Assert.Equal("layer1.0.bn1", Assert.Single(json.GetProperty("observed").EnumerateArray()).GetString());
        Assert.Equal(["A100", "4090"], json.GetProperty("gpus").EnumerateArray().Select(g => g.GetProperty("gpu").GetString()));
        foreach (JsonElement cell in json.GetProperty("floors").EnumerateArray())
        {
            PassFloor floor = Roofline.Floor(plan, GpuCatalogue.Find(cell.GetProperty("gpu").GetString()!), ArithmeticPrecision.TensorFloat32);
            Assert.Equal(floor.Seconds, cell.GetProperty("seconds").GetDouble());
            Assert.Equal(floor.ImagesPerSecond, cell.GetProperty("imagesPerSecond").GetDouble());
            Assert.Equal((floor.Flops, floor.Bytes), (cell.GetProperty("flops").GetInt64(), cell.GetProperty("bytes").GetInt64()));
            Assert.Equal(floor.Steps.Select(s => s.Seconds), cell.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("seconds").GetDouble()));
            Assert.Equal(1, cell.GetProperty("steps").EnumerateArray().Count(s => s.GetProperty("publishedBytes").GetInt64() > 0));
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void What_the_page_shows_is_what_the_tool_prints(string arguments, string expected)
    {
        Tool tool = Tool.Run(arguments.Split(' '));
        Assert.True(tool.Code == ExitCode.Success, tool.Error);
        Assert.Equal(expected, tool.Out);
    }

    [Fact]
    public void The_page_has_the_table_of_peaks()
    {
        string table = string.Concat(GpuCatalogue.All.Select(Line));
        Assert.True(Page.Contains(table, StringComparison.Ordinal), $"docs/gpu-roofline.md has not these rows:\n{table}");
        string sources = string.Concat(GpuCatalogue.All.Select(g => $"- **{g.Name}**: {string.Join("; ", g.Sources.Select(s => $"{s.Figures}: *{s.Document}*, {s.Place}"))}.\n"));
        Assert.True(Page.Contains(sources, StringComparison.Ordinal), $"docs/gpu-roofline.md has not these sources:\n{sources}");

        static string Line(Gpu gpu)
        {
            string peaks = string.Join(" | ", Enum.GetValues<ArithmeticPrecision>().Select(p => gpu.Peak(p) is { } peak ? string.Create(CultureInfo.InvariantCulture, $"{peak / 1e12:0.#}") : "none"));
            return string.Create(CultureInfo.InvariantCulture, $"| {gpu.Name} | {gpu.Product} | {gpu.ComputeCapability} | {gpu.BytesPerSecond / 1e9:n0} | {gpu.CacheBytes >> 20} | {peaks} |\n");
        }
    }

    private static ExecutionPlan Plan(TensorShape input) => Planner.Plan(ResNet.Build("resnet18"), input, [], StorageLayout.Dense);
}
