using System.Runtime.InteropServices;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Weights;

namespace CudaNet.Bench;

/// <summary>
/// Features of photographs by the ResNet-18 of ML.NET's package: ML.NET's pipeline and ONNX Runtime in a process of their own, CudaNet in this one, in turn.
/// </summary>
internal static class MlNetReport
{
    /// <summary>What features may differ by, of the largest: all compute in fp32.</summary>
    private const double Allowed = 1e-5;

    private const int Side = 224;

    /// <summary>Before each turn: threads of the one before may still wait in a loop.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="photographs">Their folder.</param>
    /// <param name="copies">Files of each.</param>
    /// <param name="rounds">Runs of each contender.</param>
    /// <param name="name">The result's; null for the console alone.</param>
    /// <param name="command">The command line, which stands in the results.</param>
    /// <returns>The exit code.</returns>
    public static int Write(string photographs, int copies, int rounds, string? name, string command)
    {
        string program = PeerProcess.Find(), load = Device.Load;
        ReportText text = new(name);
        using StretchedImages images = new(photographs, Side, copies);
        using Model model = OpenModel(Path.Combine(Path.GetDirectoryName(program)!, "DnnImageModels"));
        using Session session = new(model, new CpuBackend());
        using PeerProcess peer = new(program, images.Folder);
        string onnxRuntime = $"ONNX Runtime {peer.Versions.OnnxRuntime}";
        Preprocessor preprocessor = new(model.Metadata.Preprocessing!);
        IFeatureContender[] pipelines =
        [
            new PeerFeatures(peer, "ml-net", $"ML.NET {peer.Versions.MlNet}", images.Folder),
            new PeerFeatures(peer, "onnxruntime", $"{onnxRuntime}, 1 image at once", images.Folder),
            new PeerFeatures(peer, "onnxruntime-preprocessing-1", $"{onnxRuntime}, 1 image at once, preprocessing on 1 thread", images.Folder),
            new CudaNetFeatures(session, preprocessor, images.Files, 1),
            new CudaNetFeatures(session, preprocessor, images.Files, 8),
        ];
        IFeatureContender[] networks =
        [
            new PeerFeatures(peer, "onnxruntime-network", onnxRuntime, images.Folder),
            new CudaNetNetwork(session, [.. images.Files.Select(preprocessor.Load)]),
        ];
        Row[] rows = Measure([.. pipelines, .. networks], rounds);
        text.Line($"# CudaNet beside ML.NET's own pipeline: features of photographs, resnet18, fp32, {Side}²");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {RuntimeInformation.OSDescription}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {load}");
        text.Line($"- CudaNet at {(int)SimdSupport.Resolve(SimdWidth.Auto)} bits on {RuntimeInformation.FrameworkDescription}; ML.NET {peer.Versions.MlNet}, its package Microsoft.ML.DnnImageFeaturizer.ResNet18 {peer.Versions.Featurizer}; {onnxRuntime}, ML.NET's too, as it is by default");
        text.Line($"- `{command}`");
        text.Line($"- each runs the two ONNX files of that package, preprocessing and network, on as many threads as it takes by default. ML.NET by LoadImages, ResizeImages, ExtractPixels and DnnFeaturizeImage; for ONNX Runtime ML.NET's MLImage decodes");
        text.Line($"- {images.Files.Count} PNG files a run, in memory: {images.Count} photographs, stretched to {Side}×{Side} before, {copies} of each; {rounds} runs of each in turn, in two processes; a ratio above 1 means faster than the first row");
        text.Line($"");
        Table(text, "from image files", rows[..pipelines.Length], images.Files.Count);
        text.Line($"");
        text.Line($"By default the threads of ONNX Runtime's preprocessing wait in a loop for a while after it, beside the network's; with preprocessing on 1 thread none does.");
        text.Line($"");
        text.Line($"The network alone, from preprocessed images in memory, 1 at once:");
        text.Line($"");
        Table(text, "the network alone", rows[pipelines.Length..], images.Files.Count);
        if (rows.All(r => r.Difference <= Allowed))
        {
            text.Save();
            return 0;
        }

        Console.Error.WriteLine(FormattableString.Invariant($"error: features differ from ML.NET's by more than {Allowed:0e0} of the largest (nothing is written)"));
        return 1;
    }

    private static Model OpenModel(string models) => ModelFile.Open(
        BenchFiles.Require(Path.Combine(models, "ResNet18Onnx", "ResNet18.onnx"), "A build of bench/CudaNet.MlNet.Peer puts it there."),
        new ModelFileOptions { Preprocess = Path.Combine(models, "ResNetPrepOnnx", "ResNetPreprocess.onnx") });

    /// <summary>After a run of each to warm up, each round begins with the next one.</summary>
    private static Row[] Measure(IFeatureContender[] contenders, int rounds)
    {
        List<double>[] seconds = [.. contenders.Select(_ => new List<double>())];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                int turn = (i + round + 1) % contenders.Length;
                Thread.Sleep(Pause);
                double took = contenders[turn].Run();
                if (round >= 0)
                {
                    seconds[turn].Add(took);
                }
            }
        }

        float[] expected = contenders[0].Features();
        return [.. contenders.Zip(seconds, (c, s) => new Row(c.Name, s, Difference(expected, c.Features())))];
    }

    private static void Table(ReportText text, string what, Row[] rows, int images)
    {
        text.Line($"| {what} | images/s, median (fastest) | times the first row's, of medians (of the fastest) | largest difference of features from ML.NET's |");
        text.Line($"|---|---|---|---|");
        foreach (Row row in rows)
        {
            text.Line($"| {row.Name} | {images / row.Median:f1} ({images / row.Fastest:f1}) | {rows[0].Median / row.Median:f2} ({rows[0].Fastest / row.Fastest:f2}) | {row.Difference:0.0e0} of the largest |");
        }
    }

    /// <summary>The largest difference, of the largest value; not a number where a value is none.</summary>
    private static double Difference(float[] expected, float[] actual) =>
        expected.Length == actual.Length
            ? expected.Zip(actual, (e, a) => (double)Math.Abs(e - a)).Aggregate(0.0, Math.Max) / expected.Max(Math.Abs)
            : throw new CudaNetException($"ML.NET gives {expected.Length} values, another {actual.Length}");

    private sealed record Row(string Name, List<double> Seconds, double Difference)
    {
        public double Median => Quantiles.Median(Seconds);

        public double Fastest => Seconds.Min();
    }
}
