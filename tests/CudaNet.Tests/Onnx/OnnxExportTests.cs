using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>What is written as ONNX is the same network: ONNX Runtime computes the reference backend's values from it.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Those that are no ONNX files themselves.</summary>
    public static TheoryData<string> Readable() => [.. Checkpoints.All.Where(c => !c.Refused && !OnnxExport.IsNameOfOne(c.Name)).Select(c => c.Name)];

    public static TheoryData<string> VariationFiles() => [.. Variations.Names.Select(n => $"{n}.pth")];

    public static TheoryData<string> Kinds() => [.. OperatorCatalogue.Kinds];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Readable))]
    public void Every_checkpoint_gives_its_logits(string name)
    {
        using Model model = ModelFile.Open(Checkpoints.Path(name));
        foreach (bool fold in (bool[])[false, true])
        {
            string path = _folder.File($"{fold}.onnx");
            ConversionSummary summary = ModelConverter.Convert(Checkpoints.Path(name), path, new ConversionOptions { Onnx = new() { FoldBatchNorms = fold } });
            Assert.Equal((fold ? 12 : 0, new FileInfo(path).Length), (summary.Onnx!.FoldedBatchNorms, summary.Bytes));
            using OnnxRuntime runtime = new(path);
            runtime.AssertLikeReference(model, Formula.Input(1, 3, 40, 52), $"{fold}");
            runtime.AssertLikeReference(model, Formula.Input(3, 3, 40, 52), $"{fold}");
            Tensor logits = runtime.Run(Formula.Input(2, 3, 40, 52))["fc"];
            TensorComparison comparison = TensorComparison.Compare(logits.Shape, logits.Values, new TensorShape(2, 5), Checkpoints.Logits(name), Tolerance.For("cpu"));
            Assert.True(comparison.Passed, comparison.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(VariationFiles))]
    public void Networks_with_layers_of_their_own_do_too(string name)
    {
        using Model model = ModelFile.Open(Repository.Data($"variations/{name}"));
        foreach (bool fold in (bool[])[false, true])
        {
            using OnnxRuntime runtime = new(model, new() { FoldBatchNorms = fold });
            runtime.AssertLikeReference(model, Formula.Input(3, 3, 72, 88), $"{fold}");
            runtime.AssertLikeReference(model, Formula.Input(1, 3, 57, 71), $"{fold}");
        }
    }

    /// <summary>Each case of the catalogue, odd sizes, paddings by side and ceil mode among them, with sizes free and fixed.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_operator_is_what_it_is_here(string kind)
    {
        foreach (OperatorCase tested in OperatorCatalogue.Row(kind).Cases)
        {
            (Model model, Tensor input) = CaseNetworks.Alone(tested);
            using (model)
            {
                using OnnxRuntime set = new(model, new() { Batch = input.Shape.Batch, Height = input.Shape.Height, Width = input.Shape.Width });
                set.AssertLikeReference(model, input, tested.Name);
                if (tested.Op is AvgPool2d { CeilMode: true, CountIncludePad: true } pool && pool.Padding != default && Math.Max(pool.Padding.Bottom, pool.Padding.Right) > pool.Kernel - pool.Stride)
                {
                    Assert.Equal("op", Assert.Throws<CudaNetException>(() => OnnxRuntime.Export(model)).Layer);
                    continue;
                }

                using OnnxRuntime free = new(model);
                free.AssertLikeReference(model, input, tested.Name);
            }
        }
    }

    [Fact]
    public void One_file_takes_images_of_every_size()
    {
        using Model model = TestModels.Tiny();
        using OnnxRuntime runtime = new(model);
        Assert.Equal(["batch", "", "height", "width"], runtime.Session.InputMetadata["input"].SymbolicDimensions);
        Assert.Equal(["batch", ""], runtime.Session.OutputMetadata["fc"].SymbolicDimensions);
        foreach ((int height, int width) in ((int, int)[])[(32, 32), (97, 131), (224, 160), (1, 1)])
        {
            runtime.AssertLikeReference(model, Formula.Input(2, 3, height, width));
        }
    }

    [Fact]
    public void What_is_fixed_is_fixed()
    {
        using Model model = TestModels.Tiny();
        using OnnxRuntime runtime = new(model, new() { Batch = 2, Height = 40, Width = 52, Layers = ["layer2"] });
        Assert.Equal([2, 3, 40, 52], runtime.Session.InputMetadata["input"].Dimensions);
        Assert.Equal([2, 16, 5, 7], runtime.Session.OutputMetadata["layer2.0.act2"].Dimensions);
        Assert.Equal([2, 5], runtime.Session.OutputMetadata["fc"].Dimensions);
        runtime.AssertLikeReference(model, Formula.Input(2, 3, 40, 52));
        Assert.Throws<OnnxRuntimeException>(() => runtime.Run(Formula.Input(1, 3, 40, 52)));
        Assert.Throws<OnnxRuntimeException>(() => runtime.Run(Formula.Input(2, 3, 40, 53)));
        using OnnxRuntime rows = new(model, new() { Height = 40 });
        Assert.Equal([-1, 3, 40, -1], rows.Session.InputMetadata["input"].Dimensions);
        rows.AssertLikeReference(model, Formula.Input(1, 3, 40, 61));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    public void Every_layer_can_be_an_output(bool fold, int folded)
    {
        using Model model = TestModels.Tiny();
        using OnnxRuntime runtime = new(model, new() { FoldBatchNorms = fold, Layers = [.. model.Graph.Layers.Select(l => l.Name)] });
        Assert.Equal(["fc", .. model.Graph.Layers.Select(l => l.Name).SkipLast(1)], runtime.Session.OutputNames);
        runtime.AssertLikeReference(model, Formula.Input(2, 3, 40, 52));
        OnnxExportSummary summary = OnnxExport.Write(model, Stream.Null, new() { FoldBatchNorms = fold, Layers = [.. model.Graph.Layers.Select(l => l.Name)] });
        Assert.Equal(folded, summary.FoldedBatchNorms);
    }

    [Fact]
    public void A_convolution_whose_own_value_is_asked_for_stays_one()
    {
        using Model model = TestModels.Tiny();
        OnnxExportOptions options = new() { FoldBatchNorms = true, Layers = ["layer1.0.conv1", "bn1", "avgpool", "global_pool", "layer3"] };
        OnnxExportSummary summary = OnnxExport.Write(model, Stream.Null, options);
        Assert.Equal(11, summary.FoldedBatchNorms);
        Assert.Equal(["fc", "bn1", "layer1.0.conv1", "layer3.0.act2", "global_pool"], summary.Outputs);
        Assert.Equal(("batch×3×height×width", 62 - (3 * 11)), (summary.Input, summary.TensorCount));
        using OnnxRuntime runtime = new(model, options);
        runtime.AssertLikeReference(model, Formula.Input(2, 3, 40, 52));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Paddings_by_side_ceil_mode_and_uncounted_padding_mean_the_same(bool fold)
    {
        using Model model = Networks.Create(Unusual());
        using OnnxRuntime runtime = new(model, new() { FoldBatchNorms = fold, Layers = ["shared", "max", "average", "counted"] });
        Assert.Equal(["out", "shared", "max", "average", "counted", "max.out"], runtime.Session.OutputNames);
        Assert.Equal(fold ? 1 : 0, OnnxExport.Write(model, Stream.Null, new() { FoldBatchNorms = fold }).FoldedBatchNorms);
        foreach ((int height, int width) in ((int, int)[])[(9, 12), (10, 10), (11, 13), (17, 8)])
        {
            runtime.AssertLikeReference(model, Formula.Input(2, 2, height, width), $"{height}×{width}");
        }
    }

    /// <summary>A convolution with a bias and a norm; one that two layers read; a sum of three; no head.</summary>
    private static LayerGraph Unusual()
    {
        GraphBuilder builder = new(2);
        LayerNode convolution = builder.Add("conv", new Conv2d(2, 6, 3, 2, Stride: 2, Padding: new Padding(0, 1, 2, 0), Dilation: 1, Groups: 2, Bias: true), builder.Input);
        LayerNode norm = builder.Add("norm", new BatchNorm2d(6, 1e-3), convolution);
        LayerNode shared = builder.Add("shared", new Conv2d(6, 4, 3, 3, Padding: new Padding(2, 0, 0, 2)), norm);
        LayerNode sum = builder.Add("sum", new Add(), builder.Add("shared.norm", new BatchNorm2d(4), shared), shared);
        LayerNode max = builder.Add("max", new MaxPool2d(2, 2, new Padding(1, 0, 0, 1), CeilMode: true), sum);
        LayerNode average = builder.Add("average", new AvgPool2d(3, 2, new Padding(1, 2, 0, 1), CeilMode: true, CountIncludePad: false), sum);
        LayerNode counted = builder.Add("counted", new AvgPool2d(3, 2, new Padding(2, 2, 1, 1), CeilMode: true), average);
        builder.Add("max.out", new GlobalAveragePool(), max);
        builder.Add("out", new ReLU(), builder.Add("last", new AvgPool2d(2, 1, Padding: 1), counted));
        return builder.Build();
    }
}
