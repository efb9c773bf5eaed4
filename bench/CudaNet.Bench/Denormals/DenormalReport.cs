using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>
/// What images of denormal values cost beside a normal one: passes in alternation in one process. The same for a convolution that reads them as they are says what they would cost
/// on this processor.
/// </summary>
internal static class DenormalReport
{
    private const int Rounds = 40;
    private const int Side = 224;

    public static void Write()
    {
        using Model model = BenchFiles.OpenModel();
        ReportText text = new("denormals.md");
        text.Line($"# Images of denormal values on a CPU, resnet18, fp32, 1 × {Side}², one thread");
        text.Line($"");
        text.Line($"- {Device.Cpu}; {DateTime.UtcNow:yyyy-MM-dd}; load average before the run {Device.Load}");
        text.Line($"- `dotnet run -c Release --project bench/CudaNet.Bench -- denormals`");
        text.Line($"- passes in alternation in one process, {Rounds} rounds, medians (fastest)");
        text.Line($"");
        Compare("pass of the network", model, text);
        text.Line($"");
        text.Line($"A convolution alone, 3 to 64 channels, 7×7, stride 2, behind a pooling layer: there denormal values stay.");
        text.Line($"");
        using Model unprotected = Unprotected();
        Compare("pass of the convolution", unprotected, text);
        text.Save();
    }

    private static void Compare(string what, Model model, ReportText text)
    {
        Tensor normal = PeerComparison.RandomBatch(new TensorShape(1, 3, Side, Side));
        (string Name, Tensor Input)[] images =
        [
            ("normal", normal),
            ("1e-40 everywhere", Changed(normal, (_, _) => 1e-40f)),
            ("normal times 1e-39", Changed(normal, (value, _) => value * 1e-39f)),
            ("normal, its upper half 1e-40", Changed(normal, (value, y) => y < Side / 2 ? 1e-40f : value)),
            ("normal times 1e-20", Changed(normal, (value, _) => value * 1e-20f)),
        ];
        using Session session = new(model, new CpuBackend(new CpuOptions { Threads = 1 }));
        float[] output = new float[session.OutputShape(normal.Shape).ElementCount];
        double[][] times = [.. images.Select(_ => new double[Rounds])];
        for (int round = -1; round < Rounds; round++)
        {
            for (int image = 0; image < images.Length; image++)
            {
                long began = Stopwatch.GetTimestamp();
                session.Run(images[image].Input, output);
                if (round >= 0)
                {
                    times[image][round] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }
            }
        }

        text.Line($"| image | {what}, ms | of the normal image's |");
        text.Line($"|---|---|---|");
        for (int image = 0; image < images.Length; image++)
        {
            double ratio = Quantiles.Median(times[image]) / Quantiles.Median(times[0]);
            text.Line($"| {images[image].Name} | {Quantiles.Median(times[image]):f2} ({times[image].Min():f2}) | {ratio:f2} ({times[image].Min() / times[0].Min():f2}) |");
        }
    }

    private static Tensor Changed(Tensor image, Func<float, int, float> change)
    {
        float[] values = image.Values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = change(values[i], i / Side % Side);
        }

        return new Tensor(image.Shape, values);
    }

    private static Model Unprotected()
    {
        GraphBuilder builder = new(3);
        builder.Add("conv", new Conv2d(3, 64, 7, 7, Stride: 2, Padding: 3), builder.Add("pool", new MaxPool2d(1, 1), builder.Input));
        LayerGraph graph = builder.Build();
        Tensor weight = PeerComparison.RandomBatch(new TensorShape(64, 3, 7, 7));
        return new Model(graph, new ParameterSet(graph, [KeyValuePair.Create("conv.weight", weight)]), new ModelMetadata { Architecture = "convolution" });
    }
}
