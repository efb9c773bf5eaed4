using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>A converted file is the same model, and says what it was told.</summary>
public sealed class ConversionTests : IDisposable
{
    private static readonly string[] Labels = ["a", "b \"quoted\"", "ü", "d\n", "e"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Readable() => CheckpointTests.Readable();

    [Theory]
    [MemberData(nameof(Readable))]
    public void Keeps_every_bit(string name)
    {
        string destination = _folder.File("model.safetensors");
        ConversionSummary summary = ModelConverter.Convert(Checkpoints.Path(name), destination);
        using Model before = ModelFile.Open(Checkpoints.Path(name));
        using Model after = ModelFile.Open(destination);
        Assert.Equal(before.Parameters.Tensors.Keys.Order(StringComparer.Ordinal), after.Parameters.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(before.Parameters.Tensors, t => Assert.True(t.Value.Values.SequenceEqual(after.Parameters[t.Key].Values), t.Key));
        Assert.Equal((before.Parameters.Tensors.Count, before.Parameters.ElementCount), (summary.TensorCount, summary.ElementCount));
        Assert.Equal(new FileInfo(destination).Length, summary.Bytes);
        Assert.Equal([destination], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("bf16.pth", WeightType.BFloat16, 0)]
    [InlineData("fp16.pth", WeightType.Float16, 0)]
    [InlineData("fp64.pth", WeightType.Float32, 1)]
    public void Keeps_the_type_where_it_loses_nothing(string name, WeightType expected, int notes)
    {
        ConversionSummary summary = ModelConverter.Convert(Checkpoints.Path(name), _folder.File("m.safetensors"));
        using WeightFile written = WeightFile.Open(_folder.File("m.safetensors"));
        Assert.All(written.Tensors, t => Assert.Equal(expected, t.Type));
        Assert.Equal(notes, summary.Notes.Count);
    }

    [Fact]
    public void Writes_labels_and_preprocessing_that_open_again()
    {
        Preprocessing preprocessing = new(40, 52, Interpolation.OpenCvLinear, 0.875, [0.1, 0.2, 1.0 / 3], [1, 0.5, 0.25]);
        string destination = _folder.File("model.safetensors");
        ModelConverter.Convert(Checkpoints.Path("zip.pth"), destination, new ConversionOptions { Labels = Labels, Preprocessing = preprocessing });
        using (Model model = ModelFile.Open(destination))
        {
            Assert.Equal(Labels, model.Metadata.Labels);
            Preprocessing read = model.Metadata.Preprocessing!;
            Assert.Equal((40, 52, Interpolation.OpenCvLinear, 0.875), (read.Height, read.Width, read.Interpolation, read.Crop));
            Assert.Equal(preprocessing.Mean, read.Mean);
            Assert.Equal(preprocessing.Std, read.Std);
        }

        // Never over itself; into another file everything is taken over.
        Assert.Contains("is an input too", Assert.Throws<CudaNetException>(() => ModelConverter.Convert(destination, destination)).Message, StringComparison.Ordinal);
        string other = _folder.File("other.safetensors");
        ModelConverter.Convert(destination, other);
        using Model again = ModelFile.Open(other);
        Assert.Equal(Labels, again.Metadata.Labels);
    }

    [Fact]
    public void Writes_the_keys_and_the_alignment_that_other_readers_expect()
    {
        string destination = _folder.File("model.safetensors");
        ModelConverter.Convert(Checkpoints.Path("zip.pth"), destination, new ConversionOptions { Labels = Labels, Preprocessing = Preprocessing.Torchvision with { Crop = null } });
        byte[] bytes = File.ReadAllBytes(destination);
        int length = (int)BitConverter.ToUInt64(bytes);
        Assert.Equal(0, length % 8);
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        JsonElement metadata = header.RootElement.GetProperty("__metadata__");
        Assert.Equal(
            ["format", "architecture", "classes", "labels", "input_size", "mean", "std", "interpolation", "crop"],
            metadata.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            ("pt", "resnet", "5", "[3, 224, 224]", "[0.485, 0.456, 0.406]", "bilinear", "none"),
            (Text("format"), Text("architecture"), Text("classes"), Text("input_size"), Text("mean"), Text("interpolation"), Text("crop")));

        string Text(string key) => metadata.GetProperty(key).GetString()!;
    }

    [Fact]
    public void A_failure_leaves_what_was_there()
    {
        string destination = _folder.Write("model.safetensors", "before"u8);
        Assert.Throws<ParameterMismatchException>(() => ModelConverter.Convert(Checkpoints.Path("layer_missing.pth"), destination));
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(Checkpoints.Path("zip.pth"), destination, new ConversionOptions { Labels = ["one"] }));
        Assert.Contains("1 labels for 5 classes", exception.Message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(destination));
        Assert.Equal([destination], Directory.GetFileSystemEntries(_folder.Path));
        exception = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(Checkpoints.Path("zip.pth"), _folder.File("no/such/folder.safetensors")));
        Assert.Contains("cannot be written", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The labels are read before the first tensor is written: whatever is cancelled then stops between two tensors.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cancellation_leaves_what_was_there(bool early)
    {
        string destination = _folder.Write("model.safetensors", "before"u8);
        using CancellationTokenSource source = new();
        if (early)
        {
            source.Cancel();
        }

        ConversionOptions options = new() { Labels = new CancellingLabels(Labels, source) };
        Assert.Throws<OperationCanceledException>(() => ModelConverter.Convert(Checkpoints.Path("zip.pth"), destination, options, source.Token));
        Assert.Equal("before", File.ReadAllText(destination));
        Assert.Equal([destination], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(6, 6)]
    [InlineData(8, 6)]
    public void Faults_beyond_the_first_are_counted(int faults, int notes)
    {
        using Model sound = TestModels.Tiny();
        string[] faulty = [.. sound.Parameters.Tensors.Keys.Where(n => n.EndsWith("bias", StringComparison.Ordinal)).Take(faults)];
        string source = _folder.Write(
            "source.safetensors",
            SafetensorsBytes.Values(sound.Parameters.Tensors.Select(t => (t.Key, t.Value.Shape, faulty.Contains(t.Key) ? [float.NaN, .. t.Value.Values[1..]] : t.Value.Values.ToArray()))));
        ConversionSummary summary = ModelConverter.Convert(source, _folder.File("model.safetensors"));
        Assert.Equal(notes, summary.Notes.Count);
        Assert.Equal(faults > 5, summary.Notes[^1] == $"and {faults - 5} more {(faults == 6 ? "tensor has" : "tensors have")} such values, as in the source.");
    }

    [Fact]
    public void Preprocessing_for_other_channels_is_refused_before_anything_is_written()
    {
        ResNetConfig gray = TestModels.TinyConfig with { InputChannels = 1 };
        string source = _folder.Write("gray.safetensors", SafetensorsBytes.Zeros(ResNet.Build(gray).Parameters.Select(p => KeyValuePair.Create(p.Name, p.Shape))));
        string destination = _folder.File("model.safetensors");
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(source, destination, new ConversionOptions { Preprocessing = Preprocessing.Torchvision }));
        Assert.Equal(source, exception.File);
        Assert.Contains("takes 1 channels, the preprocessing has 3 means", exception.Message, StringComparison.Ordinal);
        Assert.Equal([source], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_is_no_destination()
    {
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelConverter.Convert(Checkpoints.Path("zip.pth"), _folder.Path));
        Assert.StartsWith($"{_folder.Path}: cannot be written: it is a folder", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_leaf_model_keeps_its_metadata()
    {
        string source = Shared.Require("models/resnet18-leaf.safetensors");
        ConversionSummary summary = ModelConverter.Convert(source, _folder.File("leaf.safetensors"));
        Assert.Equal("resnet18", summary.Metadata.Architecture);
        using WeightFile before = WeightFile.Open(source);
        using WeightFile after = WeightFile.Open(_folder.File("leaf.safetensors"));
        Assert.Equal(before.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal), after.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal));
    }

    /// <summary>Cancels when they are looked through.</summary>
    private sealed class CancellingLabels(string[] labels, CancellationTokenSource source) : IReadOnlyList<string>
    {
        public int Count => labels.Length;

        public string this[int index] => labels[index];

        public IEnumerator<string> GetEnumerator()
        {
            source.Cancel();
            return ((IEnumerable<string>)labels).GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
