using System.Diagnostics;
using CudaNet.Data;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>The network on CudaNet's CPU backend, from image files.</summary>
/// <param name="session">With the network.</param>
/// <param name="preprocessor">The network's own.</param>
/// <param name="files">The images.</param>
/// <param name="batch">Images in a pass.</param>
internal sealed class CudaNetFeatures(Session session, Preprocessor preprocessor, IReadOnlyList<string> files, int batch) : IFeatureContender
{
    private float[] _features = [];

    public string Name => $"CudaNet, {batch} image{(batch == 1 ? "" : "s")} at once";

    public double Run()
    {
        long start = Stopwatch.GetTimestamp();
        _features = [.. files.Chunk(batch).SelectMany(b => session.Predict(preprocessor.Load(b)).Values.ToArray())];
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Features() => _features;
}
