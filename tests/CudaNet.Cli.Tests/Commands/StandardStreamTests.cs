using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>Streams that are closed, full or not read: notes never matter, the product always does.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private static readonly string Model = Repository.Data("checkpoints/zip.pth");
    private static readonly string Image = Repository.Data("formats/rgb.png");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("2> >(exec 0<&-)")]
    public void A_note_that_nobody_can_read_changes_nothing(string redirection)
    {
        Tool usual = Bash($"tool classify {Model} {Image} --size 32x32");
        Tool mute = Bash($"tool classify {Model} {Image} --size 32x32 {redirection}");
        Assert.Equal((ExitCode.Success, usual.Out, ""), (mute.Code, mute.Out, mute.Error));
        Assert.Equal(ExitCode.BadInput, Bash($"tool classify {Model} nothing.jpg {redirection}").Code);
    }

    [Theory]
    [InlineData(">&-")]
    [InlineData(">/dev/full")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData("| true; exit ${PIPESTATUS[0]}")]
    public void A_file_is_made_whatever_standard_output_is(string redirection)
    {
        string line = $"features {Model} {Image} --size 32x32 -o";
        Assert.Equal(ExitCode.Success, Bash($"tool {line} usual.npz").Code);
        Assert.Equal(ExitCode.Success, Bash($"tool {line} f.npz {redirection}").Code);
        Assert.Equal(File.ReadAllBytes(_folder.File("usual.npz")), File.ReadAllBytes(_folder.File("f.npz")));
        Assert.Equal(ExitCode.Success, Bash($"tool convert {Model} -o c.safetensors {redirection}").Code);
        Assert.Equal(0, Tool.Run("layers", _folder.File("c.safetensors")).Code);
    }

    [Theory]
    [InlineData("classify MODEL IMAGE --size 32x32", ">/dev/full", "No space left on device")]
    [InlineData("classify MODEL IMAGE --size 32x32 --json", ">/dev/full", "No space left on device")]
    [InlineData("layers resnet18", ">/dev/full", "No space left on device")]
    [InlineData("--help", ">/dev/full", "No space left on device")]
    [InlineData("classify MODEL IMAGE --size 32x32", ">&-", "it is closed")]
    public void A_product_that_cannot_be_written_is_an_error(string line, string redirection, string reason)
    {
        Tool tool = Bash($"tool {line.Replace("MODEL", Model, StringComparison.Ordinal).Replace("IMAGE", Image, StringComparison.Ordinal)} {redirection}");
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.EndsWith($"error: standard output cannot be written: {reason}\n", tool.Error, StringComparison.Ordinal);
    }

    /// <summary>The last image is none: whoever gets so far fails.</summary>
    [Theory]
    [InlineData("| head -1")]
    [InlineData("--json | true")]
    public void Work_ends_with_its_reader(string redirection)
    {
        Directory.CreateDirectory(_folder.File("many"));
        for (int i = 0; i < 300; i++)
        {
            File.CreateSymbolicLink(_folder.File($"many/{i:000}.png"), Image);
        }

        _folder.Write("many/999.png", "no image"u8);
        Tool tool = Bash($"tool classify {Model} many --size 128x128 --batch 4 --backend reference {redirection}");
        Assert.Equal(ExitCode.Unread, tool.Code);
        Assert.DoesNotContain("error", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_a_write_error_that_names_the_output()
    {
        foreach (string trap in (string[])["", "trap '' XFSZ;"])
        {
            Tool tool = Bash($"export DOTNET_EnableWriteXorExecute=0; {trap} ulimit -f 1; tool features {Model} {Image} --size 64x64 -l all -o f.npz");
            Assert.Equal(ExitCode.BadInput, tool.Code);
            Assert.Contains("error: f.npz: cannot be written: File too large\n", tool.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        }
    }

    [Fact]
    public void Pipes_are_read_where_a_stream_suffices()
    {
        string labels = string.Join("\\n", Enumerable.Range(0, 5).Select(i => $"label{i}"));
        Tool file = Bash($"tool classify {Model} {Image} --json"), piped = Bash($"cat {Image} | tool classify <(cat {Model}) /dev/stdin --labels <(printf '{labels}') --json");
        Assert.Equal(ExitCode.Success, piped.Code);
        JsonElement[] top = [.. new[] { file, piped }.Select(t => t.Json.GetProperty("predictions")[0].GetProperty("top")[0])];
        Assert.Equal(top[0].GetProperty("logit").GetSingle(), top[1].GetProperty("logit").GetSingle());
        Assert.StartsWith("label", top[1].GetProperty("label").GetString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, Bash($"cat {Image} | tool classify {Model} /dev/stdin {Image} --skip-unreadable").Code);
    }

    [Fact]
    public void A_pipe_that_would_be_read_twice_is_named()
    {
        Tool tool = Bash($"cat {Model} | tool convert /dev/stdin -o m.safetensors");
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("/dev/stdin: is a pipe, not a file with an end", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_codecs_library_the_tool_says_so()
    {
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory).Where(f => !Path.GetFileName(f).StartsWith("libSkiaSharp", StringComparison.Ordinal)))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        }

        Tool tool = ToolProcess.Bash(_folder, $"tool classify {Model} {Image}", _folder.File("cudanet.dll"));
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("error: images cannot be decoded: libSkiaSharp.so is not beside the program", tool.Error, StringComparison.Ordinal);
        Assert.Contains("libSkiaSharp.so is not beside the program", ToolProcess.Bash(_folder, "tool doctor", _folder.File("cudanet.dll")).Out, StringComparison.Ordinal);
    }

    private Tool Bash(string script) => ToolProcess.Bash(_folder, script);
}
