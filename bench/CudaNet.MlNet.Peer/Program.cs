using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.MlNet;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

// FOLDER: takes features of its PNG files of 224×224, in ordinal order, as it is told on stdin. First it says its versions, with tabs between. Then a line with the
// name of a contender runs it, and the answer is the seconds that it took; a line with a name, a tab and a file's name writes the features of its last run there,
// as fp32 values, and the answer is their count. It ends with its input.
string[] files = [.. Directory.GetFiles(args[0], "*.png").Order(StringComparer.Ordinal)];
using MlNetPipeline pipeline = new(files);
using OnnxRuntimeFeatures onnxRuntime = new(files), oneThread = new(files, preprocessingThreads: 1);
Dictionary<string, Func<float[][]>> contenders = new()
{
    ["ml-net"] = pipeline.Run,
    ["onnxruntime"] = onnxRuntime.Run,
    ["onnxruntime-preprocessing-1"] = oneThread.Run,
    ["onnxruntime-network"] = onnxRuntime.RunNetwork,
};
Dictionary<string, float[][]> features = [];
Console.WriteLine($"{VersionOf(typeof(MLContext))}\t{VersionOf(typeof(ResNet18Extension))}\t{OrtEnv.Instance().GetVersionString()}");
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split('\t');
    if (words is [string name, string file])
    {
        float[] values = [.. features[name].SelectMany(f => f)];
        File.WriteAllBytes(file, MemoryMarshal.AsBytes(values.AsSpan()));
        Console.WriteLine(values.Length);
        continue;
    }

    long start = Stopwatch.GetTimestamp();
    features[line] = contenders[line]();
    Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
}

// As the package has it, without the commit.
static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
