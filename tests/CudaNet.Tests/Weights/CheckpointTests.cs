using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Every way of saving the same network opens to the same network.</summary>
public sealed class CheckpointTests
{
    public static TheoryData<string> Readable() => [.. Checkpoints.All.Where(c => !c.Refused).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Gives_the_logits_of_the_network_that_was_saved(string name)
    {
        using Model model = ModelFile.Open(Checkpoints.Path(name));
        bool isGraph = name.EndsWith(".onnx", StringComparison.Ordinal);
        Assert.Equal(isGraph, model.Metadata.ResNet is null);
        if (model.Metadata.ResNet is { } config)
        {
            Assert.Equal(ResNetBlock.Basic, config.Block);
            Assert.Equal([1, 1, 1, 1], config.Depths);
            Assert.Equal([8, 16, 16, 32], config.Widths);
            Assert.Equal((8, 5, 3, 1), (config.StemWidth, config.Classes, config.InputChannels, config.Groups));
        }

        Assert.Equal("fc", isGraph ? model.Graph.Find("fc").Aliases.Single(a => a == "fc") : model.Graph.Output.Name);
        Checkpoints.AssertLogits(name, model);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Reads_the_same_from_memory_and_as_copies(string name)
    {
        string path = Checkpoints.Path(name);
        using Model model = ModelFile.Open(path);
        using Model copy = ModelFile.Open(path, new ModelFileOptions { CopyWeights = true });
        AssertSameBits(model.Parameters, copy.Parameters);
        if (!name.EndsWith(".json", StringComparison.Ordinal))
        {
            using Model read = ModelFile.Read(File.ReadAllBytes(path), name);
            AssertSameBits(model.Parameters, read.Parameters);
        }
    }

    [Fact]
    public void Names_every_missing_tensor_and_the_extra_one_at_once()
    {
        string path = Checkpoints.Path("layer_missing.pth");
        ParameterMismatchException exception = Assert.Throws<ParameterMismatchException>(() => ModelFile.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Equal(
            ["layer3.0.bn1.weight", "layer3.0.bn1.bias", "layer3.0.bn1.running_mean", "layer3.0.bn1.running_var", "extra.weight"],
            exception.Misfits.Select(m => m.Name));
        Assert.All(exception.Misfits.Take(4), m => Assert.Equal((new TensorShape(16), null), (m.Expected, m.Found)));
        Assert.Equal((null, new TensorShape(3)), (exception.Misfits[4].Expected, exception.Misfits[4].Found));
        Assert.All(exception.Misfits, m => Assert.Contains(m.Name, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_a_list_of_pairs()
    {
        string path = Checkpoints.Path("list.pth");
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains("is a list, not a mapping of names to tensors", exception.Message, StringComparison.Ordinal);
        Assert.Contains("state_dict()", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_was_left_out_and_why()
    {
        using WeightFile file = WeightFile.Open(Checkpoints.Path("training.pth"));
        Assert.Equal(["state_dict"], file.Wrappers);
        Assert.Contains(new LeftOutEntry("optimizer", "a dictionary beside the weights"), file.LeftOut);
        Assert.Contains(new LeftOutEntry("args", "an object of argparse.Namespace beside the weights"), file.LeftOut);
        Assert.Contains(new LeftOutEntry("best_acc1", "an object of numpy._core.multiarray.scalar beside the weights"), file.LeftOut);
        Assert.Contains(new LeftOutEntry("bn1.num_batches_tracked", "a counter of training"), file.LeftOut);
        Assert.Equal(WeightFormat.TorchZip, file.Format);
    }

    [Fact]
    public void Prefers_averaged_weights_unless_told_otherwise()
    {
        string path = Checkpoints.Path("ema.pth");
        using WeightFile averaged = WeightFile.Open(path);
        Assert.Equal(["state_dict_ema"], averaged.Wrappers);
        Assert.Contains(new LeftOutEntry("state_dict", "not chosen: state_dict_ema goes before it"), averaged.LeftOut);
        using Model raw = ModelFile.Open(path, new ModelFileOptions { StateDict = "state_dict" });
        Checkpoints.AssertLogits("zip.pth", raw);
        using WeightFile asked = WeightFile.Open(path, "state_dict");
        Assert.Contains(new LeftOutEntry("state_dict_ema", "not chosen: state_dict was asked for"), asked.LeftOut);
        CudaNetException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(path, new ModelFileOptions { StateDict = "weights" }));
        Assert.Contains("'weights'; it has 'epoch', 'state_dict', 'state_dict_ema'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_the_prefixes_it_removed()
    {
        using WeightFile file = WeightFile.Open(Checkpoints.Path("ddp_compiled.pth"));
        Assert.Equal(["module._orig_mod."], file.Prefixes);
        Assert.Equal(("conv1.weight", "module._orig_mod.conv1.weight"), (file.Tensors[0].Name, file.Tensors[0].StoredName));
    }

    [Theory]
    [InlineData("zip.pth", true)]
    [InlineData("transformers.safetensors", true)]
    [InlineData("fp16.pth", false)]
    public void Fp32_is_read_where_the_file_has_it(string name, bool expected)
    {
        using WeightFile file = WeightFile.Open(Checkpoints.Path(name));
        Assert.All(file.Tensors, t => Assert.Equal(expected, t.IsZeroCopy));
    }

    [Fact]
    public void Values_of_a_closed_file_throw_instead_of_reading_freed_memory()
    {
        WeightFile file = WeightFile.Open(Checkpoints.Path("zip.pth"));
        Tensor tensor = file.Tensors[0].Read();
        Assert.True(float.IsFinite(tensor.Values[0]));
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Values[0]);
    }

    private static void AssertSameBits(ParameterSet expected, ParameterSet actual)
    {
        Assert.Equal(expected.Tensors.Keys.Order(StringComparer.Ordinal), actual.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Tensor tensor) in expected.Tensors)
        {
            Assert.True(tensor.Values.SequenceEqual(actual[name].Values), name);
        }
    }
}
