using System.Diagnostics;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Passes one after the other: the next one begins when the last one's output is there.</summary>
/// <param name="lane">Where.</param>
internal sealed class SingleStream(PassLane lane)
{
    public const string Name = "single-stream";

    private readonly List<PassTimes> _device = [];
    private bool _isMeasuring;

    /// <summary>What a backend reports of its passes goes here.</summary>
    public void Measured(PassTimes times)
    {
        if (_isMeasuring)
        {
            _device.Add(times);
        }
    }

    /// <param name="warmUp">Passes run so long before any is measured.</param>
    /// <param name="duration">They are measured so long at least,</param>
    /// <param name="passes">and so many, at least.</param>
    public MeasuredTimes Measure(TimeSpan warmUp, TimeSpan duration, int passes)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < warmUp)
        {
            lane.Pass();
        }

        List<double> host = [];
        _device.Clear();
        _isMeasuring = true;
        start = Stopwatch.GetTimestamp();
        TimeSpan wall = TimeSpan.Zero;
        while (wall < duration || host.Count < passes)
        {
            long begun = Stopwatch.GetTimestamp();
            lane.Pass();
            host.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            wall = Stopwatch.GetElapsedTime(start);
        }

        _isMeasuring = false;
        return new MeasuredTimes(warmUp, wall, host.Count, host, [.. _device]);
    }
}
