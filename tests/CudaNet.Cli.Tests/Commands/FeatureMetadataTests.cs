using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary>A file of features says where it came from.</summary>
public sealed class FeatureMetadataTests : IDisposable
{
    private static readonly string Checkpoint = Repository.Data("checkpoints/zip.pth");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Metadata_has_the_model_its_hash_and_how_images_became_inputs()
    {
        string output = Write();
        NpyArray array = NpyArray.ReadArchive(output)["metadata"];
        Assert.Empty(array.Shape);
        string text = Encoding.UTF32.GetString(array.Bytes);
        Assert.Equal($"<U{text.Length}", array.ElementType);
        JsonElement json = JsonDocument.Parse(text).RootElement;
        Assert.Equal(Tool.Run("--version").Out.TrimEnd(), json.GetProperty("tool").GetString());
        Assert.Equal(Checkpoint, json.GetProperty("model").GetString());
        JsonElement file = Assert.Single(json.GetProperty("modelFiles").EnumerateArray());
        Assert.Equal((Checkpoint, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Checkpoint)))), (file.GetProperty("file").GetString(), file.GetProperty("sha256").GetString()));
        Assert.Equal("reference", json.GetProperty("backend").GetString());
        Assert.Equal(32, json.GetProperty("preprocessing").GetProperty("height").GetInt32());
        Assert.True(json.GetProperty("applyExif").GetBoolean());
        string manual = File.ReadAllText(Repository.File("docs/cli.md"));
        Assert.All(ManualTests.Fields(json), f => Assert.Contains($"`{f}`", manual, StringComparison.Ordinal));
        byte[] first = File.ReadAllBytes(output);
        Assert.Equal(first, File.ReadAllBytes(Write()));
    }

    [Fact]
    public void NumPy_reads_it_without_pickles()
    {
        Python.Require("numpy");
        string printed = Python.Evaluate(
            "import json, sys, numpy; print(json.loads(str(numpy.load(sys.argv[1], allow_pickle=False)['metadata']))['architecture'])", Write());
        Assert.Equal("resnet\n", printed);
    }

    [Fact]
    public void A_single_array_has_no_metadata()
    {
        string output = _folder.File("one.npy");
        Assert.Equal(0, Tool.Run("features", Checkpoint, Repository.Data("formats/rgb.png"), "--size", "32x32", "-o", output).Code);
        Assert.Equal(128 + (5 * sizeof(float)), new FileInfo(output).Length);
    }

    private string Write()
    {
        string output = _folder.File("features.npz");
        Assert.Equal(0, Tool.Run("features", Checkpoint, Repository.Data("formats/rgb.png"), "--size", "32x32", "--apply-exif", "--backend", "reference", "-o", output).Code);
        return output;
    }
}
