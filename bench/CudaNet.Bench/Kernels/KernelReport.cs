using System.Globalization;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Bench;

/// <summary>
/// What the hand-written kernels do on ResNet-18's shapes, counted by the emulated device, as Markdown in the results of this machine.
/// </summary>
internal static class KernelReport
{
    public static void Write()
    {
        string path = BenchFiles.Result("kernel-counters.md");
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # The hand-written kernels on the emulated device

            `dotnet run -c Release --project bench/CudaNet.Bench -- kernels` on {Device.Cpu}, .NET {Environment.Version}.
            Counters are exact and the same on every machine. *Sectors*: the fewest of 32 bytes that hold what each warp instruction asked for, of those it
            touched. *Shared passes*: those without bank conflicts, and those beyond. *Bytes*: asked for by threads, and the distinct ones among them.
            """);
        foreach (StoragePrecision precision in Enum.GetValues<StoragePrecision>())
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {precision}").AppendLine();
            text.AppendLine("| operation | shape | sectors | of ideal | shared passes | excess | bytes asked | distinct bytes | thread-instructions |");
            text.AppendLine("|---|---|---|---|---|---|---|---|---|");
            foreach (int batch in (int[])[1, 2])
            {
                InterpreterSpeed.OnDevice(precision, batch, (operation, shape, counters, _) => text.AppendLine(CultureInfo.InvariantCulture, $"""
                    | {operation} | {shape} | {counters.GlobalSectors} | {(double)counters.IdealGlobalSectors / counters.GlobalSectors:0.0 %} | {counters.IdealSharedPasses} | {counters.SharedPasses - counters.IdealSharedPasses} | {counters.GlobalBytesLoaded + counters.GlobalBytesStored} | {counters.CompulsoryBytesLoaded + counters.CompulsoryBytesStored} | {counters.Instructions.Threads} |
                    """));
            }
        }

        File.WriteAllText(path, text.ToString());
        Console.WriteLine(path);
    }
}
