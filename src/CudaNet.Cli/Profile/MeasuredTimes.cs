using System.Globalization;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Times of passes. Those of each pass are null where only all together were measured, those of the device also where a CPU computes.</summary>
/// <param name="warmUp">How long passes ran before any was measured.</param>
/// <param name="wall">From the first measured pass's start to the last one's end.</param>
/// <param name="passes">Measured ones.</param>
/// <param name="host">Of each pass, in milliseconds: from the call to the output in the caller's hands; empty where it was not measured.</param>
/// <param name="device">Of each pass; empty where it was not measured, or a CPU computes.</param>
internal sealed class MeasuredTimes(TimeSpan warmUp, TimeSpan wall, int passes, IReadOnlyList<double> host, IReadOnlyList<PassTimes> device)
{
    private const double LargestVariation = 0.025;
    private const double LargestEnqueue = 0.8;

    public double WarmUpMs { get; } = warmUp.TotalMilliseconds;

    public double WallMs { get; } = wall.TotalMilliseconds;

    public int Passes { get; } = passes;

    /// <summary>Passes a second.</summary>
    public double Throughput { get; } = passes / wall.TotalSeconds;

    /// <summary>From the call to the output in the caller's hands.</summary>
    public Statistics? Host { get; } = host.Count == 0 ? null : Statistics.Of(host);

    /// <summary>The sum of the input's copy, the computing and the output's copy.</summary>
    public Statistics? Latency { get; } = Part(device, t => t.ToDevice + t.Compute + t.ToHost);

    public Statistics? Enqueue { get; } = Part(device, t => t.Enqueue);

    public Statistics? ToDevice { get; } = Part(device, t => t.ToDevice);

    public Statistics? Compute { get; } = Part(device, t => t.Compute);

    public Statistics? ToHost { get; } = Part(device, t => t.ToHost);

    /// <summary>The sum of all passes' computing.</summary>
    public double? TotalComputeMs { get; } = device.Count == 0 ? null : device.Sum(t => t.Compute);

    /// <summary>What makes these times mean less than they seem to, a sentence each.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            if (Enqueue?.Median > LargestEnqueue * Compute?.Median)
            {
                yield return "queueing takes more than 0.8 of the GPU's time: the host bounds the throughput";
            }

            if (ToDevice?.Median + ToHost?.Median >= Compute?.Median)
            {
                yield return "the copies take as long as the computing or longer: the bus bounds the throughput";
            }

            (string what, Statistics? varying) = Compute is null ? ("host latency", Host) : ("GPU compute time", Compute);
            if (varying?.Variation > LargestVariation)
            {
                string remedy = Compute is null ? "leave the machine alone" : "lock the clocks (nvidia-smi --lock-gpu-clocks)";
                yield return string.Create(CultureInfo.InvariantCulture, $"the {what} varies by {100 * varying.Variation:f1} %, more than 2.5 %: {remedy}");
            }
        }
    }

    private static Statistics? Part(IReadOnlyList<PassTimes> device, Func<PassTimes, double> part) => device.Count == 0 ? null : Statistics.Of(device.Select(part));
}
