using System.Globalization;
using CudaNet.Data;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// The tutorial that the project's idea comes from, on the emulated device, against PyTorch in double precision: predictions and features out of the same passes,
/// the same class for every photograph. A seeded 32 of the 320 in fp16, 8 in the other precisions; all of them where <c>CUDANET_TUTORIAL</c> says how many.
/// </summary>
public sealed class TutorialTests
{
    private const int Batch = 8, Classes = 2, Features = 512;

    [Theory]
    [InlineData(ArithmeticPrecision.Float32, 8)]
    [InlineData(ArithmeticPrecision.TensorFloat32, 8)]
    [InlineData(ArithmeticPrecision.Float16, 32)]
    [InlineData(ArithmeticPrecision.BFloat16, 8)]
    public void Predictions_and_features_are_right(ArithmeticPrecision precision, int photographs)
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("CUDANET_TUTORIAL"), CultureInfo.InvariantCulture, out int asked) ? asked : photographs;
        InputFiles images = InputFiles.Expand([Shared.Require("golden/tutorial/train_images")]);
        int[] chosen = [.. Enumerable.Range(0, images.Files.Count).ToArray()];
        new Random(2).Shuffle(chosen);
        chosen = [.. chosen.Take(count).Order()];
        using Model model = ModelFile.Open(Shared.Require("models/resnet18-leaf-2.pth"));
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = precision });
        List<float> predictions = [], features = [];
        using (Session session = new(model, backend))
        {
            Preprocessor preprocessor = new(Preprocessing.Albumentations with { Height = 128, Width = 128 });
            using ObserverHandle handle = session.Observe("global_pool", (in Observation o) => features.AddRange(o.Values));
            foreach (int[] batch in chosen.Chunk(Batch))
            {
                predictions.AddRange(session.Predict(preprocessor.Load([.. batch.Select(i => images.Files[i].Path)])).Values);
            }
        }

        double[] expected = Check(predictions, chosen, Classes, "preds64", backend.Tolerance);
        Check(features, chosen, Features, "feats64", backend.Tolerance);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(expected[Classes * i] < expected[(Classes * i) + 1], predictions[Classes * i] < predictions[(Classes * i) + 1]);
        }

        Assert.Empty(machine.Findings);
    }

    private static double[] Check(List<float> actual, int[] chosen, int width, string golden, Tolerance tolerance)
    {
        double[] all = NpyArray.Read(Shared.Require($"golden/tutorial/{golden}.npy")).ToDoubles();
        double[] expected = [.. chosen.SelectMany(i => all.AsSpan(i * width, width).ToArray())];
        TensorShape shape = new(chosen.Length, width);
        TensorComparison comparison = TensorComparison.Compare(shape, actual.ToArray(), shape, expected, tolerance);
        Assert.True(comparison.Passed, $"{golden}: {comparison}");
        return expected;
    }
}
