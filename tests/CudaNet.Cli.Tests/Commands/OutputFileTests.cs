using System.Diagnostics;
using System.Globalization;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>What the tool's outputs do to the files around them: nothing.</summary>
public sealed class OutputFileTests : IDisposable
{
    /// <summary>How often a run is killed; the nightly sweep asks for more.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("CUDANET_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private static readonly string Checkpoint = Repository.Data("checkpoints/zip.pth");
    private static readonly string Image = Repository.Data("formats/rgb.png");
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int> Signals => new() { { "-HUP", 129 }, { "-INT", 130 }, { "-QUIT", 131 }, { "-USR1", 138 }, { "-TERM", 143 } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_output_that_is_an_input_is_refused_and_the_input_stays()
    {
        string model = _folder.File("m.npy"), images = _folder.File("images"), tensor = Path.Combine(images, "x.npy"), labels = _folder.File("labels.safetensors");
        File.Copy(Checkpoint, model);
        Directory.CreateDirectory(images);
        Assert.Equal(0, Tool.Run("features", model, Image, "--layer", "input", "--size", "32x32", "-o", tensor).Code);
        File.Copy(Image, Path.Combine(images, "a.png"));
        File.WriteAllText(labels, "a\nb\nc\nd\ne\n");
        string[][] lines =
        [
            ["features", model, tensor, "-o", tensor],
            ["features", model, Image, "-o", model],
            ["convert", model, "-o", model],
            ["convert", model, "-o", labels, "--labels", labels],
        ];
        foreach (string[] line in lines)
        {
            string output = line[Array.IndexOf(line, "-o") + 1];
            byte[] before = File.ReadAllBytes(output);
            Tool tool = Tool.Run(line);
            Assert.Equal(ExitCode.BadInput, tool.Code);
            Assert.StartsWith($"error: {output}: is an input too", tool.Error, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(output));
        }
    }

    [Fact]
    public void Empty_names_are_a_sentence()
    {
        string[][] lines = [["convert", Checkpoint, "-o", ""], ["convert", "", "-o", _folder.File("c")], ["features", "", Image, "-o", _folder.File("f.npz")], ["features", Checkpoint, "", "-o", _folder.File("f.npz")]];
        Assert.All(lines, line => Assert.Equal(ExitCode.BadInput, Tool.Run(line).Code));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void An_image_of_a_folder_is_an_input()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs links");
        Directory.CreateDirectory(_folder.File("images"));
        File.Copy(Image, _folder.File("images/a.png"));
        File.CreateSymbolicLink(_folder.File("f.npz"), "images/a.png");
        Tool tool = Tool.Run("features", Checkpoint, _folder.File("images"), "-o", _folder.File("f.npz"));
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("images/a.png' too, which the output would replace", tool.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(Image), File.ReadAllBytes(_folder.File("images/a.png")));
    }

    [Fact]
    public void What_cannot_be_read_is_passed_over_named_and_counted()
    {
        Directory.CreateDirectory(_folder.File("images"));
        File.Copy(Image, _folder.File("images/b.png"));
        File.WriteAllBytes(_folder.File("images/a.png"), File.ReadAllBytes(Image)[..60]);
        _folder.Write("images/c.dib", "(\0\0\0"u8);
        File.CreateSymbolicLink(_folder.File("images/d.jpg"), _folder.File("nothing"));
        string[] line = [Checkpoint, _folder.File("images"), _folder.File("no.jpg"), _folder.Write("t.npy", "no tensor"u8), "--size", "32x32"];
        Assert.Equal(ExitCode.BadInput, Tool.Run(["classify", .. line]).Code);
        Tool tool = Tool.Run(["features", .. line, "-o", _folder.File("f.npz"), "--skip-unreadable", "--json"]);
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Equal([1, 5], NpyArray.ReadArchive(_folder.File("f.npz"))["predictions"].Shape);
        Assert.Equal([_folder.File("no.jpg"), "a.png", "c.dib", "d.jpg", _folder.File("t.npy")], tool.Json.GetProperty("skipped").EnumerateArray().Select(s => s.GetProperty("file").GetString()));
        Assert.Contains("note: passed over d.jpg: links to", tool.Error, StringComparison.Ordinal);
        Assert.Contains("note: passed over 5 of 6 inputs: unreadable\n", tool.Error, StringComparison.Ordinal);
        Tool usual = Tool.Run("classify", Checkpoint, _folder.File("images/b.png"), "--size", "32x32");
        Assert.Equal(usual.Out.Split(' ', 2)[1].Trim(), Tool.Run(["classify", .. line, "--skip-unreadable"]).Out.Split(' ', 2)[1].Trim());

        Tool none = Tool.Run("classify", Checkpoint, _folder.File("images/a.png"), "--skip-unreadable");
        Assert.Equal(ExitCode.BadInput, none.Code);
        Assert.Contains("error: no input can be read", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public async Task A_signal_leaves_nothing(string signal, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs signals");
        WriteImages();
        Assert.Equal(code, await ToolProcess.Signal(_folder, signal, () => Outputs().Length > 0, Slow));
        Assert.Empty(Outputs());
    }

    [Fact]
    public void Who_asks_for_no_hangup_gets_none()
    {
        WriteImages();
        Tool tool = ToolProcess.Bash(_folder, $"trap '' HUP; dotnet '{ToolProcess.Path}' features {Checkpoint} images/00.png --size 32x32 -o f.npz & while kill -HUP $! 2>&-; do sleep 0.02; done; wait $!");
        Assert.Equal(ExitCode.Success, tool.Code);
        Assert.Equal(["f.npz"], Outputs());
    }

    /// <summary>Killed at random moments, never more than one file is left, no input is harmed, and the next run leaves the output alone.</summary>
    [Fact]
    public async Task A_killed_run_leaves_one_named_file_at_most()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs signals");
        WriteImages();
        Random random = new(1);
        for (int kill = 0; kill < Kills; kill++)
        {
            // Half of them while the file is being written, the rest at any time.
            Stopwatch clock = Stopwatch.StartNew();
            TimeSpan wait = TimeSpan.FromMilliseconds(random.Next(kill % 2 == 0 ? 60 : 1500));
            bool Begun()
            {
                bool begun = kill % 2 != 0 || Outputs().Contains(".f.npz.unfinished");
                if (!begun)
                {
                    clock.Restart();
                }

                return begun && clock.Elapsed > wait;
            }

            Assert.Equal(137, await ToolProcess.Signal(_folder, "-KILL", Begun, Slow));
            Assert.True(Outputs() is [] or [".f.npz.unfinished"], string.Join(", ", Outputs()));
            Assert.Equal(40, Directory.GetFiles(_folder.File("images")).Count(f => File.ReadAllBytes(f).AsSpan().SequenceEqual(File.ReadAllBytes(Image))));
        }

        Assert.Equal(0, Tool.Run("features", Checkpoint, _folder.File("images/00.png"), "--size", "32x32", "-o", _folder.File("f.npz")).Code);
        Assert.Equal(["f.npz"], Outputs());
    }

    private string[] Slow => ["features", Checkpoint, "images", "--size", "224x224", "--backend", "reference", "--batch", "1", "-l", "all", "-o", "f.npz"];

    private string[] Outputs() => [.. Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f))];

    private void WriteImages()
    {
        Directory.CreateDirectory(_folder.File("images"));
        for (int i = 0; i < 40; i++)
        {
            File.Copy(Image, _folder.File($"images/{i:00}.png"));
        }
    }
}
