using System.Text.Json;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Compare;

/// <summary>Files of reference values as people recorded them, and the script of <c>docs/reference-files.md</c>.</summary>
public sealed class RecordedByUsersTests
{
    private const string Folder = "users/reference";

    [Theory]
    [InlineData("ref.safetensors")]
    [InlineData("ref.npz")]
    public void Hooks_that_cloned_are_right_in_every_layer(string file)
    {
        JsonElement json = Compare(file);
        JsonElement[] rows = [.. json.GetProperty("layers").EnumerateArray()];
        Assert.Equal(36, rows.Length);
        Assert.All(rows, r => Assert.Equal("ok", r.GetProperty("verdict").GetString()));
        Assert.Equal(
            ["layer1.0.act2", "layer2.0.act2", "layer3.0.act2", "layer4.0.act2"],
            rows.Where(r => r.GetProperty("why").ValueKind != JsonValueKind.Null).Select(r => r.GetProperty("name").GetString()));
        Assert.Contains("avgpool", rows.Select(r => r.GetProperty("stored").GetString()));
    }

    [Fact]
    public void Scopes_are_their_last_layers() =>
        Assert.Equal(
            ["layer1.0.act2", "layer2.0.act2", "layer3.0.act2", "layer4.0.act2"],
            Compare("scopes.safetensors").GetProperty("layers").EnumerateArray().Select(r => r.GetProperty("name").GetString()));

    [Fact]
    public void Hooks_that_did_not_clone_are_told()
    {
        JsonElement[] overwritten = [.. Compare("alias.safetensors").GetProperty("layers").EnumerateArray().Where(r => r.GetProperty("verdict").GetString() == "overwritten")];
        Assert.Equal(
            ["bn1", "layer1.0.bn1", "layer2.0.bn1", "layer3.0.bn1", "layer4.0.bn1"],
            overwritten.Select(r => r.GetProperty("stored").GetString()));
        Assert.All(overwritten, r => Assert.EndsWith("act1", r.GetProperty("name").GetString()!, StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_is_no_reference_file()
    {
        string model = Shared.Require($"{Folder}/model.pth");
        Tool tool = Tool.Run("compare", model, "--reference", model);
        Assert.Equal(ExitCode.BadInput, tool.Code);
        Assert.Contains("no tensor has the name of a layer", tool.Error, StringComparison.Ordinal);
    }

    /// <summary>With torch's own network, hooks and files.</summary>
    [Fact]
    public void The_manuals_script_records_what_every_layer_is_compared_with()
    {
        Python.Require("torch", "torchvision", "numpy");
        string manual = File.ReadAllText(Repository.File("docs/reference-files.md")).ReplaceLineEndings("\n");
        string script = manual.Split("```python\n")[1].Split("```")[0];
        using TemporaryFolder folder = new();
        Python.Evaluate($"import os, sys; os.chdir(sys.argv[1])\n{script}", folder.Path);
        Tool tool = Tool.Run("compare", folder.File("model.pth"), "--reference", folder.File("reference.npz"), "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        Assert.All(tool.Json.GetProperty("layers").EnumerateArray(), r => Assert.Equal(("ok", JsonValueKind.Null), (r.GetProperty("verdict").GetString(), r.GetProperty("why").ValueKind)));
        Assert.All(tool.Json.GetProperty("missing").EnumerateArray(), m => Assert.EndsWith(".add", m.GetString()!, StringComparison.Ordinal));
        Assert.Empty(tool.Json.GetProperty("unknown").EnumerateArray());

        // The same without the clone is what the page warns of.
        Python.Evaluate($"import os, sys; os.chdir(sys.argv[1])\n{script.Replace(".detach().clone()", ".detach()", StringComparison.Ordinal)}", folder.Path);
        Tool aliased = Tool.Run("compare", folder.File("model.pth"), "--reference", folder.File("reference.npz"), "--json");
        Assert.True(aliased.Code == ExitCode.Success, aliased.Out + aliased.Error);
        string?[] overwritten = [.. aliased.Json.GetProperty("layers").EnumerateArray().Where(r => r.GetProperty("verdict").GetString() == "overwritten").Select(r => r.GetProperty("stored").GetString())];
        Assert.Contains("bn1", overwritten);
        Assert.Contains("layer4.1.bn2", overwritten);
    }

    private static JsonElement Compare(string file)
    {
        Tool tool = Tool.Run("compare", Shared.Require($"{Folder}/model.pth"), "--reference", Shared.Require($"{Folder}/{file}"), "--json");
        Assert.True(tool.Code == ExitCode.Success, tool.Out + tool.Error);
        return tool.Json;
    }
}
