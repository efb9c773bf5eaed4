using System.Diagnostics;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>The network alone on CudaNet's CPU backend, from preprocessed images in memory, one at a time.</summary>
/// <param name="session">With the network.</param>
/// <param name="images">Preprocessed, one image each.</param>
internal sealed class CudaNetNetwork(Session session, IReadOnlyList<Tensor> images) : IFeatureContender
{
    private float[] _features = [];

    public string Name => "CudaNet";

    public double Run()
    {
        long start = Stopwatch.GetTimestamp();
        _features = [.. images.SelectMany(i => session.Predict(i).Values.ToArray())];
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public float[] Features() => _features;
}
