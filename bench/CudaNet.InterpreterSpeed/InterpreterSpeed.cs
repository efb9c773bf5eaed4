using CudaNet.Emulator;
using CudaNet.Emulator.Tests.Kernels;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Bench;

/// <summary>How many thread-instructions the emulated device's interpreter runs in a second of processor time, with all checks on.</summary>
internal static class InterpreterSpeed
{
    public const int Runs = 5;

    /// <summary>The kernels that are timed, as <see cref="NetworkLaunches"/> calls them.</summary>
    public static IReadOnlyList<string> Kernels { get; } = ["fully connected", "max-pool 3×3, stride 2"];

    /// <summary>Thread-instructions a second, in fp32 at batch 2; the first run is not counted.</summary>
    public static (double Best, double Median) Of(string kernel)
    {
        List<double> speeds = [];
        for (int run = 0; run <= Runs; run++)
        {
            OnDevice(StoragePrecision.Float32, 2, (operation, _, counters, seconds) =>
            {
                if (operation == kernel)
                {
                    speeds.Add(counters.Instructions.Threads / seconds);
                }
            });
        }

        double[] counted = [.. speeds.Skip(1).Order()];
        return (counted[^1], counted[counted.Length / 2]);
    }

    /// <summary>Runs every kernel on ResNet-18's shapes on an emulated device of its own, and tells each one's counters and seconds of processor time.</summary>
    public static void OnDevice(StoragePrecision precision, int batch, Action<string, string, KernelCounters, double> tell)
    {
        using EmulatedMachine machine = new();
        using CudaContext context = new(machine.Libraries.Load().Devices[0]);
        using CudaStream stream = new(context);
        using KernelSet kernels = new(context);
        using NetworkLaunches launches = new(context, stream, kernels, precision, batch);
        TimeSpan start = Environment.CpuUsage.TotalTime;
        foreach ((string operation, string shape) in launches.Run())
        {
            TimeSpan end = Environment.CpuUsage.TotalTime;
            tell(operation, shape, machine.Operations.Operations[^1].Counters!, (end - start).TotalSeconds);
            start = Environment.CpuUsage.TotalTime;
        }
    }
}
