using System.Text.Json;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>profile-report</c>: rows that lie in a folder become one page.</summary>
public sealed class ProfileReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _rows;

    public ProfileReportTests() => _rows = Directory.CreateDirectory(_folder.File("rows")).FullName;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_become_tables_of_both_scenarios()
    {
        MeasuredTimes times = new(TimeSpan.Zero, TimeSpan.FromSeconds(0.5), 2, [7, 7], [new PassTimes(1, 4, 1, 0.5), new PassTimes(1, 4, 1, 0.5)]);
        Save("one", ProfileTests.Profile(times));
        Save("many", ProfileTests.Profile(times) with { Input = new(8, 3, 32, 32), Observed = "all", ObservedLayers = 68, Settings = ProfileTests.Profile(times).Settings with { Scenario = Offline.Name, Lanes = 4 } });
        File.WriteAllText(_folder.File("machine.txt"), "nvidia-smi power.limit\t700.00 W\n");
        Tool tool = Tool.Run("profile-report", _folder.Path);
        Assert.Equal((ExitCode.Success, ""), (tool.Code, tool.Error));
        Assert.Equal(tool.Out, File.ReadAllText(_folder.File("report.md")));
        string[] expected =
        [
            "| device | cuda:0, Some GPU, compute capability 9.0 |", "| weights L2-resident | fp16: no |", "| ECC | yes |", "| nvidia-smi power.limit | 700.00 W |",
            "| fp16 | 1 | 32x32 | none (0) | host | on | no | checked | 7 | 7 | 7 | 7 | 6 | 0.5 | 1 | 4 | 1 | 2 | 100 passes |", "| fp16 | 8 | 32x32 | all (68) | host | on | no | checked | 4 | 32 | 2 | 100 passes |",
        ];
        Assert.All(expected, line => Assert.Contains(line, tool.Out.Split('\n')));
        JsonElement json = JsonDocument.Parse(File.ReadAllText(_folder.File("report.json"))).RootElement;
        Assert.True(json.GetProperty("passed").GetBoolean());
        Assert.Equal(["many", "one"], json.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("row").GetString()));
        Assert.Equal(4, json.GetProperty("rows")[0].GetProperty("computeMs").GetProperty("median").GetDouble());
        string manual = File.ReadAllText(Repository.File("docs/cli.md"));
        Assert.All(ManualTests.Fields(json).Append("message").Distinct(), f => Assert.Contains($"`{f}`", manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_of_an_emulated_device_have_no_times()
    {
        Save("emulated", ProfileTests.Profile(null));
        Tool tool = Tool.Run("profile-report", _folder.Path);
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Contains("An emulated device has no times", tool.Out, StringComparison.Ordinal);
        Assert.Contains("| fp16 | 1 | 32x32 | none (0) | host | on | no | checked | none | none | none | none | none | none | none | none | none | none | 100 passes |\n", tool.Out, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\d *(ms|images/s)\b", tool.Out);
    }

    [Fact]
    public void A_row_that_failed_or_differs_is_named_and_the_code_is_1()
    {
        Save("unequal", ProfileTests.Profile(null) with { EqualBits = false });
        Tool unequal = Tool.Run("profile-report", _folder.Path);
        Assert.Equal(ExitCode.BeyondTolerance, unequal.Code);
        Assert.Contains("differ from pass to pass\n\n- unequal\n", unequal.Out, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_rows, "large.error"), "error: no memory\nhint: less\n");
        File.Delete(Path.Combine(_rows, "unequal.json"));
        Tool failed = Tool.Run("profile-report", _folder.Path, "--json");
        Assert.Equal(ExitCode.BeyondTolerance, failed.Code);
        Assert.Equal(("large", "error: no memory\nhint: less"), failed.Json.GetProperty("failed").EnumerateArray().Select(f => (f.GetProperty("row").GetString(), f.GetProperty("message").GetString())).Single());
        Assert.Contains("- large: error: no memory hint: less\n", File.ReadAllText(_folder.File("report.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "is no JSON")]
    [InlineData("{}", "is no row of")]
    [InlineData("[]", "is no row of")]
    public void What_is_no_row_is_named(string text, string expected)
    {
        File.WriteAllText(Path.Combine(_rows, "broken.json"), text);
        Tool tool = Tool.Run("profile-report", _folder.Path);
        Assert.Equal((ExitCode.BadInput, ""), (tool.Code, tool.Out));
        Assert.Contains($"broken.json: {expected}", tool.Error, StringComparison.Ordinal);
    }

    private void Save(string name, PassProfile profile) => JsonOutput.Save(Path.Combine(_rows, $"{name}.json"), json => ProfileJson.Write(json, profile));
}
