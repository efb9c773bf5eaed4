using System.Globalization;
using System.Text;
using CudaNet.Emulator;
using CudaNet.Emulator.Tests.Kernels;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Steps;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary>
/// What the hand-written kernels do on ResNet-18's shapes, counted by the emulated device, and how fast its interpreter is: as Markdown in the results
/// of this machine.
/// </summary>
internal static class KernelReport
{
    private const int Runs = 5;
    private static readonly string[] Timed = ["fully connected", "max-pool 3×3, stride 2"];

    public static void Write()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # The hand-written kernels on the emulated device

            `dotnet run -c Release --project bench/CudaNet.Bench -- kernels` on {Device.Cpu}, load {Device.Load}, .NET {Environment.Version}.
            Counters are exact and the same on every machine. *Sectors*: the fewest of 32 bytes that hold what each warp instruction asked for, of those it
            touched. *Shared passes*: those without bank conflicts, and those beyond. *Bytes*: asked for by threads, and the distinct ones among them.
            """);
        (double Best, double Median)[] speeds = [.. Timed.Select(Speed)];
        text.AppendLine().AppendLine("## The interpreter").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Million thread-instructions a second of processor time, one core, all checks on: {Runs} runs in fp32 at batch 2 after one that is not counted.").AppendLine();
        text.AppendLine("| kernel | median | best |").AppendLine("|---|---|---|");
        for (int i = 0; i < Timed.Length; i++)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Timed[i]} | {speeds[i].Median / 1e6:0} | {speeds[i].Best / 1e6:0} |");
        }

        foreach (StoragePrecision precision in Enum.GetValues<StoragePrecision>())
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {precision}").AppendLine();
            text.AppendLine("| operation | shape | sectors | of ideal | shared passes | excess | bytes asked | distinct bytes | thread-instructions |");
            text.AppendLine("|---|---|---|---|---|---|---|---|---|");
            foreach (int batch in (int[])[1, 2])
            {
                OnDevice(precision, batch, (operation, shape, counters, _) => text.AppendLine(CultureInfo.InvariantCulture, $"""
                    | {operation} | {shape} | {counters.GlobalSectors} | {(double)counters.IdealGlobalSectors / counters.GlobalSectors:0.0 %} | {counters.IdealSharedPasses} | {counters.SharedPasses - counters.IdealSharedPasses} | {counters.GlobalBytesLoaded + counters.GlobalBytesStored} | {counters.CompulsoryBytesLoaded + counters.CompulsoryBytesStored} | {counters.Instructions.Threads} |
                    """));
            }
        }

        string path = Repository.File($"bench/results/{Device.Folder}/kernel-counters.md");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
        Console.WriteLine(path);
    }

    /// <summary>Thread-instructions a second of one operation, the first run of each device not counted.</summary>
    private static (double Best, double Median) Speed(string timed)
    {
        List<double> speeds = [];
        for (int run = 0; run <= Runs; run++)
        {
            OnDevice(StoragePrecision.Float32, 2, (operation, _, counters, seconds) =>
            {
                if (operation == timed)
                {
                    speeds.Add(counters.Instructions.Threads / seconds);
                }
            });
        }

        double[] counted = [.. speeds.Skip(1).Order()];
        return (counted[^1], counted[counted.Length / 2]);
    }

    private static void OnDevice(StoragePrecision precision, int batch, Action<string, string, KernelCounters, double> tell)
    {
        using EmulatedMachine machine = new();
        using CudaContext context = new(CudaLibraries.From(machine.Libraries.Driver).Devices[0]);
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
