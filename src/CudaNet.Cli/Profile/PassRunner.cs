using System.Diagnostics;
using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Runs passes of one shape on one session, one after the other, every selected layer taken in each.</summary>
/// <param name="session">Its own: nobody else runs on it meanwhile.</param>
/// <param name="input">N×C×H×W.</param>
/// <param name="layers">What is observed.</param>
/// <param name="cancellation">Ends it between passes, and in one.</param>
internal sealed class PassRunner(Session session, Tensor input, LayerSelection layers, CancellationToken cancellation)
{
    private const int OfDevice = 100, OfEmulatedDevice = 3;

    private readonly List<PassTimes> _device = [];
    private bool _isMeasuring;

    /// <summary>How many passes are compared where nobody asks for a number: on an emulated device they take long.</summary>
    public static int Repeats(bool isEmulated) => isEmulated ? OfEmulatedDevice : OfDevice;

    /// <summary>What a backend reports of its passes goes here.</summary>
    public void Measured(PassTimes times)
    {
        if (_isMeasuring)
        {
            _device.Add(times);
        }
    }

    /// <summary>Runs that many passes and tells whether the outputs of all have equal bits; those that are NaN too.</summary>
    public bool HaveEqualBits(int passes)
    {
        int[] first = [];
        for (int i = 0; i < passes; i++)
        {
            using InferenceRun run = Pass();
            ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(run.Output);
            if (i == 0)
            {
                first = bits.ToArray();
            }
            else if (!bits.SequenceEqual(first))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="warmUp">Passes run so long before any is measured.</param>
    /// <param name="duration">They are measured so long at least,</param>
    /// <param name="passes">and so many, at least.</param>
    public MeasuredTimes Measure(TimeSpan warmUp, TimeSpan duration, int passes)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < warmUp)
        {
            Pass().Dispose();
        }

        List<double> host = [];
        _device.Clear();
        _isMeasuring = true;
        start = Stopwatch.GetTimestamp();
        TimeSpan wall = TimeSpan.Zero;
        while (wall < duration || host.Count < passes)
        {
            long begun = Stopwatch.GetTimestamp();
            Pass().Dispose();
            host.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            wall = Stopwatch.GetElapsedTime(start);
        }

        _isMeasuring = false;
        return new MeasuredTimes(warmUp, wall, host, [.. _device]);
    }

    /// <summary>One pass, its output there.</summary>
    private InferenceRun Pass()
    {
        InferenceRun run = session.Start(input, layers, cancellation);
        while (run.Next(out _))
        {
            // The layer is on the host; nothing more is done with it.
        }

        _ = run.Output;
        return run;
    }
}
