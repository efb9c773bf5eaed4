using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What stderr has beside errors: notes and progress, and with <c>--quiet</c> neither; and what <c>features</c> says of many images.</summary>
public sealed class QuietTests : IDisposable
{
    private static readonly string Checkpoint = Repository.Data("checkpoints/zip.pth");
    private static readonly string Images = Repository.Data("formats");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("classify MODEL IMAGES --size 32x32")]
    [InlineData("classify MODEL IMAGES --size 32x32 --skip-unreadable --json")]
    [InlineData("features MODEL IMAGES --size 32x32 -o OUT.npz")]
    [InlineData("features MODEL IMAGES --size 32x32 -o OUT.npy --json")]
    [InlineData("convert MODEL -o OUT.safetensors")]
    [InlineData("compare MODEL --against reference --input IMAGES --size 32x32")]
    public void Nothing_but_errors_is_said(string line)
    {
        string[] arguments = [.. line.Split(' ').Select(a => a switch
        {
            "MODEL" => Checkpoint,
            "IMAGES" => Images,
            _ => a.Replace("OUT", _folder.File("out"), StringComparison.Ordinal),
        })];
        Tool loud = Tool.Run(arguments);
        Assert.Equal(ExitCode.Success, loud.Code);
        Assert.Contains("note: ", loud.Error, StringComparison.Ordinal);
        Tool quiet = Tool.Run([.. arguments, "--quiet"]);
        Assert.Equal((ExitCode.Success, ""), (quiet.Code, quiet.Error));
        Assert.Equal(loud.Out, quiet.Out);
        Assert.Equal("", Tool.Run(["-q", .. arguments]).Error);
    }

    [Fact]
    public void Errors_are_said_all_the_same()
    {
        Assert.Equal("error: nothing.jpg: there is no such file or folder\n", Tool.Run("classify", Checkpoint, "nothing.jpg", "-q").Error);
        Assert.StartsWith("error: unknown option --quite, did you mean --quiet?", Tool.Run("classify", Checkpoint, "nothing.jpg", "--quite").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_terminal_sees_progress_unless_it_is_to_be_quiet(bool quiet)
    {
        using StringWriter error = new();
        CliContext context = new(TextWriter.Null, error) { IsErrorTerminal = true, IsQuiet = quiet };
        ProgressBar.Run(context, "work", "pieces", 3000, report =>
        {
            for (int i = 0; i < 3; i++)
            {
                Thread.Sleep(150);
                report(1000);
            }
        });
        Assert.Equal(!quiet, error.ToString().Contains("/3,000 pieces", StringComparison.Ordinal));
        Assert.Equal(!quiet, error.ToString().Contains(" pieces/s", StringComparison.Ordinal));
    }

    [Fact]
    public void Features_says_how_many_images_it_ran_and_shows_classes_where_they_are_asked_for()
    {
        string[] line = ["features", Checkpoint, Images, "--size", "32x32", "-o", _folder.File("f.npz")];
        int images = Directory.GetFiles(Images).Length;
        Tool plain = Tool.Run(line);
        Assert.Matches($@"note: {images} images in [\d.,]+ s, [\d.,]+ images/s\n", plain.Error);
        Assert.StartsWith("array        shape\n", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(" % ", plain.Out, StringComparison.Ordinal);
        string[] shown = Tool.Run([.. line, "--top", "2"]).Out.Split('\n');
        Assert.All(shown[..images], l => Assert.Equal(2, l.Count(c => c == '%')));
        Assert.Equal("array        shape", shown[images + 1]);
        JsonElement[] predictions = [.. Tool.Run([.. line, "--json"]).Json.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(images, predictions.Length);
        Assert.All(predictions, p => Assert.Equal(1, p.GetProperty("top").GetArrayLength()));
    }
}
