using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Paths, folders, and other kinds of files.</summary>
public sealed class ModelFileTests
{
    [Fact]
    public void Reads_the_leaf_models()
    {
        using Model leaf = ModelFile.Open(Repository.File("models/resnet18-leaf.safetensors"));
        Assert.Equal(("resnet18", 15, "Tomato: healthy"), (leaf.Metadata.Architecture, leaf.Metadata.Labels.Count, leaf.Metadata.Labels[^1]));
        Preprocessing preprocessing = leaf.Metadata.Preprocessing!;
        Assert.Equal((128, 128, Interpolation.Bilinear, null), (preprocessing.Height, preprocessing.Width, preprocessing.Interpolation, preprocessing.Crop));
        Assert.Equal("timm", leaf.Metadata.Other["source"]);
        using Model two = ModelFile.Open(Shared.Require("models/resnet18-leaf-2.pth"));
        Assert.Equal(("resnet18", 2), (two.Metadata.Architecture, two.Metadata.ResNet!.Classes));
        Assert.Null(two.Metadata.Preprocessing);
    }

    [Fact]
    public void A_folder_means_the_weight_file_in_it()
    {
        using TemporaryFolder folder = new();
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Open(folder.Path));
        Assert.Contains("no weight file", exception.Message, StringComparison.Ordinal);
        folder.Write("a.safetensors", SafetensorsBytes.Zeros(Tiny()));
        ModelFile.Open(folder.Path).Dispose();
        folder.Write("b.safetensors", SafetensorsBytes.Zeros(Tiny()));
        exception = Assert.Throws<CudaNetException>(() => ModelFile.Open(folder.Path));
        Assert.Contains("'a.safetensors', 'b.safetensors'", exception.Message, StringComparison.Ordinal);
        folder.Write("model.safetensors", SafetensorsBytes.Zeros(Tiny()));
        ModelFile.Open(folder.Path).Dispose();
    }

    [Fact]
    public void Shards_without_their_index_are_told_from_files_to_choose_from()
    {
        using TemporaryFolder folder = new();
        folder.Write("model-00001-of-00002.safetensors", SafetensorsBytes.Zeros(Tiny()));
        folder.Write("model-00002-of-00002.safetensors", SafetensorsBytes.Zeros(Tiny()));
        Assert.Contains("index", Assert.Throws<CudaNetException>(() => ModelFile.Open(folder.Path)).Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("89484446", "HDF5")]
    [InlineData("934E554D5059", "NumPy")]
    [InlineData("1F8B08", "gzip")]
    [InlineData("FFD8FFE0", "JPEG")]
    [InlineData("0807120770796F72", "ONNX")]
    [InlineData("3C68746D6C3E", "web page")]
    [InlineData("76657273696F6E2068747470733A2F2F6769742D6C66732E", "git lfs pull")]
    [InlineData("68656C6C6F", "text: 'hello'")]
    [InlineData("00000000", "starts with 00000000")]
    [InlineData("", "empty")]
    public void Other_kinds_are_named(string hex, string what)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.pth", Convert.FromHexString(hex));
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(path));
        Assert.Equal(path, exception.File);
        Assert.NotNull(exception.Hint);
        Assert.Contains(what, $"{exception.Message} {exception.Hint}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Open("/no/such/model.pth"));
        Assert.Equal("/no/such/model.pth: there is no such file", exception.Message);
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("")]
    public void A_choice_of_weights_where_there_is_none_is_refused(string stateDict)
    {
        using TemporaryFolder folder = new();
        string whole = folder.Write("s.safetensors", SafetensorsBytes.Zeros(Tiny()));
        string index = folder.Write("i.json", Encoding.UTF8.GetBytes($$$"""{"weight_map":{{{{string.Join(',', Tiny().Select(t => $"\"{t.Key}\":\"s.safetensors\""))}}}}}"""));
        foreach (string path in (string[])[whole, index])
        {
            ModelFile.Open(path).Dispose();
            CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Open(path, new ModelFileOptions { StateDict = stateDict }));
            Assert.Equal(path, exception.File);
            Assert.Contains($"no entry '{stateDict}' to choose", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_shape_that_overflows_in_the_network_keeps_its_kind_of_error_and_gains_the_file()
    {
        // No values, but the widths of a network whose weights nothing can count.
        IEnumerable<KeyValuePair<string, TensorShape>> shapes = Tiny().Select(t => t.Key.EndsWith(".conv2.weight", StringComparison.Ordinal) ? KeyValuePair.Create(t.Key, new TensorShape(int.MaxValue, 0, 3, 3)) : t);
        ShapeException exception = Assert.Throws<ShapeException>(() => ModelFile.Read(SafetensorsBytes.Zeros(shapes), "file"));
        Assert.Equal("file", exception.File);
        Assert.StartsWith("file: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sets_of_weights_in_one_file_are_refused()
    {
        byte[] bytes = SafetensorsBytes.Zeros(Tiny().Concat(Tiny().Select(t => KeyValuePair.Create("module." + t.Key, t.Value))));
        CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Read(bytes, "file"));
        Assert.Contains("'module.conv1.weight' and 'conv1.weight' both mean 'conv1.weight'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Big_endian_storages_are_turned_round()
    {
        byte[] pickle = PickleBytes.Dictionary("a.weight", p => p.Tensor("0", 2, 0, [2], [1]));
        byte[] bytes = PickleBytes.Zip(pickle, ("0", [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0]));
        using MemoryStream stream = new();
        stream.Write(bytes);
        using (System.IO.Compression.ZipArchive archive = new(stream, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("m/byteorder").Open();
            entry.Write(Encoding.ASCII.GetBytes("big"));
        }

        using WeightFile file = WeightFile.Read(stream.ToArray(), "big");
        Assert.Equal([1f, -2f], Assert.Single(file.Tensors).Read().Values.ToArray());
        using WeightFile little = WeightFile.Read(bytes, "little");
        Assert.NotEqual(1f, Assert.Single(little.Tensors).Read().Values[0]);
    }

    private static IEnumerable<KeyValuePair<string, TensorShape>> Tiny() =>
        ResNet.Build(TestModels.TinyConfig).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape));
}
