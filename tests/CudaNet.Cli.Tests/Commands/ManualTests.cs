using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>docs/cli.md</c> against the real program, as a process.</summary>
public sealed class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Repository.File("docs/cli.md")).ReplaceLineEndings("\n");

    public static TheoryData<string, string> Blocks =>
        [.. Regex.Matches(Manual, @"```console\n\$ cudanet ([^\n]*)\n(.*?)```", RegexOptions.Singleline).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task What_the_manual_shows_is_what_the_tool_prints(string arguments, string expected)
    {
        using TemporaryFolder folder = new();
        Directory.CreateSymbolicLink(folder.File("models"), Repository.File("models"));
        Directory.CreateSymbolicLink(folder.File("samples"), Repository.File("samples"));
        File.Copy(Repository.Data("checkpoints/training.pth"), folder.File("training.pth"));
        File.Copy(Repository.Data("preprocess/caffe.onnx"), folder.File("preprocess.onnx"));
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "cudanet.dll"), .. arguments.Split(' ')])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        string pattern = string.Join("(?:.*\n)+", Regex.Split(expected, "^…\n", RegexOptions.Multiline).Select(Regex.Escape));

        // Columns are as wide as the numbers in them, and a workspace's bytes depend on the processor's vectors and caches.
        pattern = Regex.Replace(pattern, @"(\\ ){2,}", @"\ {2,}");
        Assert.True(Regex.IsMatch(output, $@"\A{pattern}\z"), output);
    }

    [Fact]
    public void Every_field_of_every_json_object_is_in_the_manual()
    {
        using TemporaryFolder folder = new();
        string model = Repository.Data("checkpoints/training.pth"), image = Repository.Data("formats/rgb.png");
        (string Verb, string[] Arguments)[] lines =
        [
            ("layers", [model]),
            ("classify", [model, image]),
            ("features", [model, image, "-o", folder.File("f.npz")]),
            ("explain", [model]),
            ("roofline", [model]),
            ("convert", [model, "-o", folder.File("m.safetensors"), "--preset", "timm"]),
            ("compare", [model, "--against", "cpu", "--size", "32x32"]),
            ("doctor", []),
        ];
        foreach ((string verb, string[] arguments) in lines)
        {
            Tool tool = Tool.Run([verb, .. arguments, "--json"]);
            Assert.True(tool.Code == 0, tool.Error);
            Assert.Equal(1, tool.Out.Count(c => c == '\n'));
            Assert.All(Fields(tool.Json).Distinct().Where(f => f != "Float32"), f => Assert.Contains($"`{f}`", Manual, StringComparison.Ordinal));
        }
    }

    /// <summary>The names of all fields, however deep.</summary>
    internal static IEnumerable<string> Fields(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Fields(p.Value).Prepend(p.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Fields),
        _ => [],
    };
}
