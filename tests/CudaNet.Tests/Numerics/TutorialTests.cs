using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Numerics;

/// <summary>
/// The tutorial that the project's idea comes from: 320 photographs in batches of 32 at 128×128, predictions (320, 2) and features (320, 512) out
/// of the same passes, against PyTorch in double precision.
/// </summary>
public sealed class TutorialTests
{
    private const int Batch = 32;

    [Fact]
    public void Predictions_and_features_are_right()
    {
        InputFiles images = InputFiles.Expand([Shared.Require("golden/tutorial/train_images")]);
        using Model model = ModelFile.Open(Shared.Require("models/resnet18-leaf-2.pth"));
        using Session session = new(model, new CpuBackend());
        Preprocessor preprocessor = new(Preprocessing.Albumentations with { Height = 128, Width = 128 });
        List<float> predictions = [], features = [];
        using ObserverHandle handle = session.Observe("global_pool", (in Observation o) => features.AddRange(o.Values));
        foreach (InputFile[] batch in images.Files.Chunk(Batch))
        {
            predictions.AddRange(session.Predict(preprocessor.Load([.. batch.Select(f => f.Path)])).Values);
        }

        Check(predictions, new TensorShape(320, 2), "preds64");
        Check(features, new TensorShape(320, 512), "feats64");
    }

    private static void Check(List<float> actual, TensorShape shape, string golden)
    {
        NpyArray expected = NpyArray.Read(Shared.Require($"golden/tutorial/{golden}.npy"));
        TensorComparison comparison = TensorComparison.Compare(shape, actual.ToArray(), new TensorShape([.. expected.Shape.Select(e => (int)e)]), expected.ToDoubles(), Tolerance.For("cpu"));
        Assert.True(comparison.Passed, $"{golden}: {comparison}");
    }
}
