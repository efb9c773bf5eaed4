using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Bytes and streams open as the file does that has the same content: to the same model, or to the same exception.</summary>
public sealed class OpenFormsTests
{
    private const string Small = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]}}""";

    public static TheoryData<string> Readable => [.. Checkpoints.All.Where(c => !c.Refused && !c.Name.EndsWith(".json", StringComparison.Ordinal)).Select(c => c.Name)];

    public static TheoryData<string> Refused => [.. Checkpoints.All.Where(c => c.Refused).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Every_form_gives_the_same_tensors(string file)
    {
        string path = Checkpoints.Path(file);
        byte[] bytes = File.ReadAllBytes(path);
        using Model expected = ModelFile.Open(path);
        foreach ((string form, OpenForms.Form open) in OpenForms.All)
        {
            foreach (bool copy in (bool[])[false, true])
            {
                using Model model = open(bytes, new ModelFileOptions { CopyWeights = copy }, null);
                Assert.Equal(expected.Parameters.Tensors.Keys, model.Parameters.Tensors.Keys);
                Assert.All(expected.Parameters.Tensors, t => Bits.AssertSame(t.Value.Values, model.Parameters[t.Key].Values, $"{form}: {t.Key}"));
                Assert.Equal(expected.Metadata.Labels, model.Metadata.Labels);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Every_form_refuses_the_same(string file)
    {
        string path = Checkpoints.Path(file);
        AssertSameRefusal(path, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("89484446")]
    [InlineData("0807120770796F72")]
    [InlineData("3C68746D6C3E")]
    [InlineData("68656C6C6F")]
    [InlineData("00000000")]
    [InlineData("7B7D")]
    [InlineData("")]
    public void Every_form_names_other_kinds(string hex)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = Convert.FromHexString(hex);
        AssertSameRefusal(folder.Write("model", bytes), bytes);
    }

    /// <summary>Each format cut at many lengths: through its header, its pickle, its directory, its data.</summary>
    [Theory]
    [InlineData("small.safetensors")]
    [InlineData("small.zip")]
    [InlineData("transformers.safetensors")]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    public void Every_form_refuses_what_is_cut_off(string file)
    {
        byte[] bytes = file switch
        {
            "small.safetensors" => SafetensorsBytes.Of(Small, 26),
            "small.zip" => PickleBytes.Zip(PickleBytes.Dictionary("a", p => p.Tensor("0", 6, 0, [2, 3], [3, 1])), ("0", new byte[24])),
            _ => File.ReadAllBytes(Checkpoints.Path(file)),
        };
        using TemporaryFolder folder = new();
        int step = Math.Max(1, bytes.Length / 40);
        for (int length = 0; length < bytes.Length; length += length < 16 ? 1 : step)
        {
            byte[] cut = bytes[..length];
            AssertSameRefusal(folder.Write("cut", cut), cut);
        }
    }

    [Fact]
    public void An_index_of_shards_is_refused_with_the_remedy()
    {
        byte[] index = File.ReadAllBytes(Checkpoints.Path("sharded.safetensors.index.json"));
        foreach ((string form, OpenForms.Form open) in OpenForms.All)
        {
            WeightFormatException exception = Assert.Throws<WeightFormatException>(() => open(index, null, form));
            Assert.Equal(form, exception.File);
            Assert.Contains("tensors names other files, and there is no folder to find them in", exception.Message, StringComparison.Ordinal);
            Assert.Contains("by its path", exception.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_a_name_the_form_is_named()
    {
        Assert.Equal("(bytes)", Assert.Throws<WeightFormatException>(() => ModelFile.Open(ReadOnlyMemory<byte>.Empty)).File);
        Assert.Equal("(stream)", Assert.Throws<WeightFormatException>(() => ModelFile.Open(new MemoryStream())).File);
        using WeightFile file = WeightFile.Open(SafetensorsBytes.Of(Small, 26));
        Assert.Equal("(bytes)", file.Path);
        Assert.Throws<ArgumentNullException>(() => ModelFile.Open((Stream)null!));
    }

    [Fact]
    public void A_choice_of_weights_holds_for_every_form()
    {
        byte[] bytes = File.ReadAllBytes(Checkpoints.Path("ema.pth"));
        using Model expected = ModelFile.Open(Checkpoints.Path("zip.pth"));
        foreach ((string form, OpenForms.Form open) in OpenForms.All)
        {
            using Model model = open(bytes, new ModelFileOptions { StateDict = "state_dict" }, null);
            Bits.AssertSame(expected.Parameters["fc.weight"].Values, model.Parameters["fc.weight"].Values, form);
        }
    }

    /// <summary>The name given is the path, so that every fact, and the whole message, must be the file's.</summary>
    private static void AssertSameRefusal(string path, byte[] bytes)
    {
        CudaNetException expected = Assert.ThrowsAny<CudaNetException>(() => ModelFile.Open(path));
        foreach ((string form, OpenForms.Form open) in OpenForms.All)
        {
            CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => open(bytes, null, path));
            Assert.Equal((form, expected.GetType(), expected.Message, expected.File), (form, exception.GetType(), exception.Message, exception.File));
            Assert.Equal((form, expected.Offset, expected.Hint), (form, exception.Offset, exception.Hint));
        }
    }
}
