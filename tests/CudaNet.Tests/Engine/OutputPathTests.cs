using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Engine;

/// <summary>An output that is an input, under whatever name, is refused.</summary>
public sealed class OutputPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => ["a", "./a", "folder/../a", "link", "folder-link/../x/a", "x/link", "hard", ".new.unfinished"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_name_of_an_input_is_refused(string input)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs links");
        string output = _folder.Write(".new.unfinished", "input"u8);
        if (input != ".new.unfinished")
        {
            output = _folder.Write("a", "input"u8);
        }

        Directory.CreateDirectory(_folder.File("folder"));
        Directory.CreateDirectory(_folder.File("x"));
        File.CreateSymbolicLink(_folder.File("link"), "a");
        File.CreateSymbolicLink(_folder.File("x/link"), "../link");
        File.CreateSymbolicLink(_folder.File("x/a"), _folder.File("a"));
        Directory.CreateSymbolicLink(_folder.File("folder-link"), "folder");
        Python.Require("os");
        Python.Evaluate("import os, sys; os.link(sys.argv[1], sys.argv[2])", output, _folder.File("hard"));
        string named = input == ".new.unfinished" ? _folder.File("new") : output;
        CudaNetException exception = Assert.Throws<CudaNetException>(() => OutputPath.RefuseInputs(named, [_folder.File("folder/other"), _folder.File(input)]));
        Assert.Equal(named, exception.File);
        OutputPath.RefuseInputs(_folder.File("fresh"), [_folder.File(input)]);
    }

    [Fact]
    public void A_conversion_refuses_each_file_of_its_source()
    {
        string checkpoint = _folder.File("a.pth"), folder = _folder.File("hub");
        File.Copy(Repository.Data("checkpoints/zip.pth"), checkpoint);
        Directory.CreateDirectory(folder);
        ModelConverter.Convert(checkpoint, Path.Combine(folder, "part.safetensors"));
        using (WeightFile part = WeightFile.Open(Path.Combine(folder, "part.safetensors")))
        {
            string map = string.Join(',', part.Tensors.Select(t => $"\"{t.Name}\":\"part.safetensors\""));
            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), $"{{\"weight_map\":{{{map}}}}}");
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        string index = Path.Combine(folder, "model.safetensors.index.json");
        (string Source, string Output)[] pairs = [(checkpoint, checkpoint), (folder, index), (index, index), (index, Path.Combine(folder, "part.safetensors")), (folder, Path.Combine(folder, "config.json"))];
        foreach ((string source, string output) in pairs)
        {
            byte[] before = File.ReadAllBytes(output);
            Assert.Equal(output, Assert.Throws<CudaNetException>(() => ModelConverter.Convert(source, output)).File);
            Assert.Equal(before, File.ReadAllBytes(output));
        }

        ModelConverter.Convert(folder, Path.Combine(folder, "whole.safetensors"));
    }
}
