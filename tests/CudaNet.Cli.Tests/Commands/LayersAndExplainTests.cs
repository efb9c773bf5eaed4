using System.Text.Json;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Commands;

/// <summary><c>layers</c> and <c>explain</c>: what a model is and how it would run.</summary>
public sealed class LayersAndExplainTests
{
    [Fact]
    public void Layers_lists_every_layer_once_with_its_shape()
    {
        string[] lines = Tool.Run("layers", "resnet18", "--input", "64x96").Out.TrimEnd('\n').Split('\n');
        LayerGraph graph = ResNet.Build("resnet18");
        Assert.Equal(graph.Nodes.Count + 2, lines.Length);
        Assert.Equal(graph.Nodes.Select(n => n.Name), lines[1..^1].Select(l => l.Split(' ')[0]));
        Assert.Contains("1×64×32×48", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("total: 68 layers, 11,699,112 parameters", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_in_json_says_the_same()
    {
        JsonElement json = Tool.Run("layers", "resnet50", "--json").Json;
        LayerGraph graph = ResNet.Build("resnet50");
        JsonElement[] layers = [.. json.GetProperty("layers").EnumerateArray()];
        Assert.Equal(graph.Layers.Select(l => l.Name), layers.Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(graph.Parameters.Sum(p => p.Shape.ElementCount), json.GetProperty("parameters").GetInt64());
        Assert.Equal(layers.Sum(l => l.GetProperty("parameters").GetInt64()), json.GetProperty("parameters").GetInt64());
        Assert.Equal([1, 3, 224, 224], json.GetProperty("input").EnumerateArray().Select(e => e.GetInt32()));
    }

    [Fact]
    public void A_models_own_size_is_the_default()
    {
        Tool tool = Tool.Run("layers", Repository.File("models/resnet18-leaf.safetensors"));
        Assert.Contains("input 1×3×128×128, output 1×15\n", tool.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_shows_the_plan_with_and_without_the_observers()
    {
        Tool tool = Tool.Run("explain", "resnet18", "--layer", "layer1.0.bn1", "--layer", "relu", "--backend", "reference", "--batch", "2");
        LayerGraph graph = ResNet.Build("resnet18");
        TensorShape input = new(2, 3, 224, 224);
        ExecutionPlan bare = Planner.Plan(graph, input, [], StorageLayout.Dense);
        ExecutionPlan plan = Planner.Plan(graph, input, [graph.Find("layer1.0.bn1"), graph.Find("act1")], StorageLayout.Dense);
        Assert.StartsWith($"{bare}\n{plan}\nobserving 2 layers: ", tool.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_in_json_has_the_plans_numbers()
    {
        string[] arguments = ["explain", Repository.Data("checkpoints/zip.pth"), "--input", "64x64", "--json"];
        JsonElement json = Tool.Run([.. arguments, "--layer", "all"]).Json, bare = Tool.Run(arguments).Json;
        LayerGraph graph = ResNet.Build(TestModels.TinyConfig);
        ExecutionPlan plan = Planner.Plan(graph, new TensorShape(1, 3, 64, 64), graph.Layers, StorageLayout.Blocked16);
        Assert.Equal("cpu", json.GetProperty("backend").GetString());
        Assert.Equal(plan.TotalBytes, json.GetProperty("bytes").GetInt64());
        Assert.Equal(plan.SlotBytes, json.GetProperty("slotBytes").EnumerateArray().Select(b => b.GetInt64()));
        Assert.Equal(plan.Steps.Count, json.GetProperty("steps").GetArrayLength());
        Assert.Equal(bare.GetProperty("bytes").GetInt64(), json.GetProperty("bytesWithoutObservers").GetInt64());
        Assert.True(bare.GetProperty("bufferBytes").GetInt64() < json.GetProperty("bufferBytes").GetInt64());
        Assert.True(json.GetProperty("weightBytes").GetInt64() > 0);
    }

    [Fact]
    public void Explain_says_how_many_images_go_through_the_first_steps()
    {
        string[] arguments = ["explain", "resnet18", "--batch", "200"];
        JsonElement[] steps = [.. Tool.Run([.. arguments, "--json"]).Json.GetProperty("steps").EnumerateArray()];
        int first = steps.Count(s => s.GetProperty("imagesAtOnce").ValueKind == JsonValueKind.Number);
        Assert.InRange(first, 1, steps.Length - 1);
        Assert.Contains($"steps 0 to {first - 1}: at most {steps[0].GetProperty("imagesAtOnce").GetInt32()} image", Tool.Run(arguments).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_says_which_convolutions_are_fused()
    {
        JsonElement plan = Tool.Run("explain", "resnet18", "--backend", "emulated", "--fused", "--input", "32x32", "--json").Json;
        string[] algorithms = [.. plan.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("algorithm").GetString()!)];
        Assert.Equal(20, algorithms.Count(a => a.EndsWith(", fused", StringComparison.Ordinal)));
    }

    [Fact]
    public void Doctor_names_the_width_that_the_cpu_backend_uses()
    {
        Tool tool = Tool.Run("doctor", "--json");
        int used = CudaNet.Kernels.Cpu.SimdSupport.Widths.Count == 0 ? 0 : (int)CudaNet.Kernels.Cpu.SimdSupport.Widths[^1];
        Assert.Equal(used, tool.Json.GetProperty("simdWidth").GetInt32());
        Assert.Equal(3, tool.Json.GetProperty("simdWidths").GetArrayLength());
        Assert.All(tool.Json.GetProperty("simdWidths").EnumerateArray(), w =>
            Assert.Equal(CudaNet.Kernels.Cpu.SimdSupport.IsSupported((CudaNet.Kernels.Cpu.SimdWidth)w.GetProperty("bits").GetInt32()), w.GetProperty("whyNot").ValueKind == JsonValueKind.Null));
        Assert.Equal(JsonValueKind.Null, tool.Json.GetProperty("imagesWhyNot").ValueKind);
        Assert.Contains("backend cuda", Tool.Run("doctor").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_tells_of_each_cuda_library_where_it_is_or_why_not()
    {
        Tool tool = Tool.Run("doctor", "--json");
        JsonElement[] libraries = [.. tool.Json.GetProperty("cudaLibraries").EnumerateArray()];
        Assert.Equal(["driver", "cuBLAS", "cublasLt", "cuDNN"], libraries.Select(l => l.GetProperty("library").GetString()));
        Assert.All(libraries, l => Assert.True(
            l.GetProperty("whyNot").ValueKind == JsonValueKind.Null ? l.GetProperty("path").ValueKind == JsonValueKind.String : l.GetProperty("whyNot").GetString()!.Length > 0));
        string text = Tool.Run("doctor").Out;
        Assert.All((string[])["CUDA driver", "cuBLAS", "cublasLt", "cuDNN"], name => Assert.Contains(name, text, StringComparison.Ordinal));
    }
}
