using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>Names of files, labels and tensors may hold anything; what is printed stays a line each and steers no terminal.</summary>
public sealed class PrintedNamesTests : IDisposable
{
    private const string Evil = "ev\u001b[31mil\nline\u202e";
    private const string Shown = "ev�[31mil�line�";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_an_image_whatever_its_name_and_labels()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs file names with control characters");
        string labels = _folder.File("labels.txt"), model = _folder.File("model.safetensors");
        File.WriteAllText(labels, string.Join('\n', Enumerable.Range(0, 5).Select(i => $"label {i}\u001b[2J\u202e")));
        Tool converted = Tool.Run("convert", Repository.Data("checkpoints/zip.pth"), "-o", model, "--labels", labels, "--preset", "timm", "--size", "32x32");
        AssertPlain(converted);
        Assert.Contains("from 'label 0�[2J�' to 'label 4�[2J�'", converted.Out, StringComparison.Ordinal);

        Directory.CreateDirectory(_folder.File("images"));
        string[] names = [$"{Evil}.png", "plain.png"];
        Array.ForEach(names, n => File.Copy(Repository.Data("formats/rgb.png"), _folder.File($"images/{n}")));
        Tool classified = Tool.Run("classify", model, _folder.File("images"));
        AssertPlain(classified);
        Assert.Equal([$"{Shown}.png", "plain.png"], classified.Out.TrimEnd('\n').Split('\n').Select(l => l.Split(' ')[0]));
        Assert.Contains("�[2J", classified.Error, StringComparison.Ordinal);

        Tool written = Tool.Run("features", model, _folder.File("images"), "-o", _folder.File($"{Evil}.npz"));
        AssertPlain(written);
        Assert.Contains($"{Shown}.npz: 2 images", written.Out, StringComparison.Ordinal);

        Tool json = Tool.Run("classify", model, _folder.File("images"), "--json");
        Assert.Equal(names, json.Json.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("file").GetString()));
    }

    [Fact]
    public void An_error_and_its_hint_are_a_line_each()
    {
        Tool tool = Tool.Run("layers", $"a\nerror: {Evil}");
        AssertPlain(tool);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Equal(2, tool.Error.Count(c => c == '\n'));
    }

    private static void AssertPlain(Tool tool) =>
        Assert.DoesNotContain(tool.Out + tool.Error, c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
}
