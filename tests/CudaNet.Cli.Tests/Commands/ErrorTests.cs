using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>Whatever is wrong is one line on stderr, nothing on stdout, and the documented code.</summary>
public sealed class ErrorTests
{
    private static readonly string Model = Repository.Data("checkpoints/zip.pth");
    private static readonly string Image = Repository.Data("formats/rgb.png");

    public static TheoryData<string> WrongUsage =>
    [
        "layerz", "layers", "layers resnet18 --foo", "layers resnet18 --input 224", "layers resnet18 --input 0x1", "layers resnet18 --input 20000x1",
        "explain resnet18 --batch 0", "explain resnet18 --batch x", "explain resnet18 --backend gpu", "explain resnet18 --backend cuda:x", "explain resnet18 --precision fp16", "explain resnet18 --fused", "explain resnet18 --backend emulated --threads 2", "explain resnet18 --threads 0",
        "explain resnet18 --backend reference --threads 2", "classify MODEL", "classify MODEL IMAGE --top -1", "classify MODEL IMAGE --preset keras",
        "features MODEL IMAGE", "features MODEL IMAGE --output x.txt", "features MODEL IMAGE --layer all --output x.npy", "compare MODEL",
        "compare MODEL --reference MODEL --tolerance -1", "compare MODEL --reference MODEL --tolerance NaN", "convert MODEL",
        "convert MODEL -o x.safetensors --size 64x64", "roofline", "roofline resnet18 --gpu V100", "roofline resnet18 --precision int8", "roofline resnet18 --batch 0",
        "selftest", "selftest --backend gpu", "selftest --backend cuda:x", "selftest --backend cuda:-1", "selftest --backend emulated --times",
        "selftest --backend emulated --cudnn 7", "selftest --backend cuda --seed 2", "selftest --backend emulated --image IMAGE",
        "profile", "profile MODEL --observe some", "profile MODEL --batch 0", "profile MODEL --duration -1", "profile MODEL --runs 0", "profile MODEL --repeat 0", "profile MODEL --precision fp16", "profile-report",
        "features MODEL IMAGE IMAGE IMAGE IMAGE --size 16384x16384 --output x.npz",
    ];

    public static TheoryData<string, string> BadInput => new()
    {
        { "layers resnet19", "Architectures are" },
        { "layers nothing.pth", "no such file" },
        { "layers IMAGE", "rgb.png: at byte 0" },
        { "layers MISSING", "layer3.0.bn1.weight" },
        { "explain MODEL --layer layer33", "Did you mean" },
        { "roofline resnet19", "Architectures are" },
        { "roofline wide_resnet101_2 --batch 65536 --input 16384x16384", "beyond 63 bits" },
        { "profile resnet18", "architecture without weights" },
        { "profile MODEL -o MODEL", "is an input too" },
        { "profile-report nothing", "no rows" },
        { "selftest --backend emulated --model nothing.pth", "no such file" },
        { "classify MODEL nothing.jpg", "no such file" },
        { "classify MODEL MODEL", "no image" },
        { "features MODEL IMAGE --output nowhere/x.npz", "cannot be written" },
        { "compare MODEL --reference MODEL", "no tensor has the name of a layer" },
        { "convert MODEL -o nowhere/x.safetensors", "cannot be written" },
        { "convert MODEL -o x.safetensors --labels nothing.txt", "nothing.txt" },
    };

    [Theory]
    [MemberData(nameof(WrongUsage))]
    public void Wrong_usage_ends_with_2(string line) => AssertFails(line, ExitCode.Usage);

    [Theory]
    [MemberData(nameof(BadInput))]
    public void Bad_input_ends_with_3_and_says_what(string line, string expected) => Assert.Contains(expected, AssertFails(line, ExitCode.BadInput), StringComparison.Ordinal);

    [Theory]
    [InlineData("classify MODEL IMAGE --tpo 5", "unknown option --tpo, did you mean --top?")]
    [InlineData("classify MODEL IMAGE --tpo=5", "unknown option --tpo, did you mean --top?")]
    [InlineData("features MODEL IMAGE --layr conv1 -o o.npz", "unknown option --layr, did you mean --layer?")]
    [InlineData("layers MODEL --bogus", "unknown option --bogus")]
    [InlineData("convert MODEL -o x --labls y", "unknown option --labls, did you mean --labels?")]
    [InlineData("layerz MODEL", "unknown command layerz, did you mean layers?")]
    [InlineData("classify MODEL IMAGE --backend gpu", "'gpu' does not fit --backend: one of cpu, reference, cuda, cuda:N, emulated.")]
    [InlineData("roofline MODEL --gpu V100", "'V100' does not fit --gpu: one of T4, L4, A100, 4090, H100, H200, 5090.")]
    [InlineData("roofline MODEL --gpu T4 --precision int8", "'int8' does not fit --precision: one of fp32, tf32, fp16, bf16.")]
    [InlineData("classify MODEL IMAGE --preset TIMM", "'TIMM' does not fit --preset: one of timm, torchvision, albumentations.")]
    public void A_mistyped_word_is_named_with_the_closest(string line, string message) =>
        Assert.StartsWith($"error: {message}\n", AssertFails(line, ExitCode.Usage), StringComparison.Ordinal);

    [Fact]
    public void What_follows_two_dashes_is_a_file() =>
        Assert.StartsWith("error: --tpo: there is no such file", AssertFails("classify MODEL -- --tpo", ExitCode.BadInput), StringComparison.Ordinal);

    [Fact]
    public void Json_leaves_errors_to_stderr()
    {
        Tool tool = Tool.Run("layers", "resnet19", "--json");
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Empty(tool.Out);
        Assert.StartsWith("error: ", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_of_the_tool_is_one_line_too()
    {
        using StringWriter error = new() { NewLine = "\n" };
        int code = CliProgram.Run(["layers", "resnet18"], new CliContext(new BrokenWriter(), error));
        Assert.Equal(ExitCode.Bug, code);
        Assert.Equal(2, error.ToString().Count(c => c == '\n'));
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
    }

    private static string AssertFails(string line, int code)
    {
        Tool tool = Tool.Run([.. line.Split(' ').Select(a => a switch
        {
            "MODEL" => Model,
            "MISSING" => Repository.Data("checkpoints/layer_missing.pth"),
            "IMAGE" => Image,
            _ => a,
        })]);
        Assert.Equal(code, tool.Code);
        Assert.Empty(tool.Out);
        string[] lines = tool.Error.TrimEnd('\n').Split('\n').Where(l => !l.StartsWith("note: ", StringComparison.Ordinal)).ToArray();
        Assert.StartsWith("error: ", lines[0], StringComparison.Ordinal);
        Assert.All(lines.Skip(1), l => Assert.StartsWith("hint: ", l, StringComparison.Ordinal));
        Assert.InRange(lines.Length, 1, 2);
        return tool.Error;
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new InvalidOperationException("broken");
    }
}
