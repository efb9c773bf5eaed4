using System.Text.Json;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>--batch-bits</c>, <c>--autotune</c> and <c>--cache</c>: what they do is said, and where they do nothing they are refused.</summary>
public sealed class GpuOptionTests
{
    [Theory]
    [InlineData("chunk:2", "chunks of 2")]
    [InlineData("ignore", "ignored")]
    [InlineData("checked", "checked (cuDNN 9.")]
    public void Explain_says_for_each_layer_why_batches_change_no_bit(string bits, string said)
    {
        Tool json = Tool.Run("explain", "resnet18", "--backend", "emulated", "--input", "32x32", "--batch-bits", bits, "--json");
        JsonElement[] steps = [.. json.Json.GetProperty("steps").EnumerateArray()];
        Assert.StartsWith(said, steps[0].GetProperty("batchBits").GetString(), StringComparison.Ordinal);
        Assert.Equal("by construction", steps[^1].GetProperty("batchBits").GetString());
        Assert.Empty(json.Json.GetProperty("notes").EnumerateArray());
    }

    [Theory]
    [InlineData("one launch of a graph of ")]
    [InlineData("call by call: Graph is Off", "--graph", "off")]
    public void Explain_and_doctor_say_how_passes_reach_the_device(string said, params string[] option)
    {
        string[] explain = ["explain", Repository.Data("checkpoints/training.pth"), "--backend", "emulated", "--input", "32x32", .. option];
        Assert.Contains($"\npasses: {said}", Tool.Run(explain).Out, StringComparison.Ordinal);
        Assert.StartsWith(said, Tool.Run([.. explain, "--json"]).Json.GetProperty("passText").GetString(), StringComparison.Ordinal);
        Tool doctor = Tool.Run(["doctor", "--backend", "emulated", "--json", .. option]);
        Assert.StartsWith(said, doctor.Json.GetProperty("passText").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_architecture_has_it_decided_at_its_first_run() =>
        Assert.Contains("\npasses: decided at the first run: ", Tool.Run("explain", "resnet18", "--backend", "emulated", "--input", "32x32").Out, StringComparison.Ordinal);

    [Fact]
    public void A_cache_that_cannot_be_used_is_a_note()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("cache.json", "{"u8);
        Tool explain = Tool.Run("explain", "resnet18", "--backend", "emulated", "--input", "32x32", "--autotune", "--cache", file);
        Assert.Equal(ExitCode.Success, explain.Code);
        Assert.Contains($"note: '{file}' is not used: it is damaged\n", explain.Out, StringComparison.Ordinal);
        Assert.Contains("batch bits", explain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", Tool.Run("explain", "resnet18", "--backend", "emulated", "--input", "32x32", "--autotune", "--cache", file).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chunk:0")]
    [InlineData("chunk:")]
    [InlineData("chunk:-1")]
    [InlineData("chunk:99999999999")]
    [InlineData("Checked")]
    public void Another_word_is_refused(string word)
    {
        Tool explain = Tool.Run("explain", "resnet18", "--backend", "emulated", "--batch-bits", word);
        Assert.Equal(ExitCode.Usage, explain.Code);
        Assert.Contains($"'{word}' does not fit --batch-bits: one of checked, chunk:K with K from 1, ignore.", explain.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--batch-bits", "ignore")]
    [InlineData("--autotune")]
    [InlineData("--cache", "file.json")]
    public void Backends_on_the_host_have_none_of_them(params string[] option)
    {
        Tool explain = Tool.Run([.. (string[])["explain", "resnet18"], .. option]);
        Assert.Equal(ExitCode.Usage, explain.Code);
        Assert.Contains($"the cpu backend has no {option[0]}: it is for GPUs", explain.Error, StringComparison.Ordinal);
    }
}
