using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>Runs checks on a device of this machine, or on an emulated one.</summary>
internal static class SelfTests
{
    /// <summary>On the first device of an emulated machine, which must find nothing wrong and get everything back.</summary>
    public static SelfTestReport OnEmulated(EmulatedMachine machine, IReadOnlyList<Check> checks, CancellationToken cancellation, Action<int>? progress = null)
    {
        EmulatorOptions options = machine.Options;
        CudaDevice device = machine.Libraries.Load().Devices[0];
        int known = 0;
        string? Finding()
        {
            int before = known;
            known = machine.Findings.Count;
            return known > before ? machine.Findings[before].ToString() : null;
        }

        List<CheckResult> results = Run(device, checks, Finding, measure: false, progress, cancellation);
        results.Add(Afterwards("the emulator found nothing wrong", Outcome.Expect(machine.Findings.Count == 0, Few(machine.Findings))));
        results.Add(Afterwards("the emulator got everything back", Outcome.Expect(machine.Leaks.Count == 0, Few(machine.Leaks))));
        (int major, int minor) = Math.DivRem(options.CudnnVersion, options.CudnnVersion >= 10_000 ? 10_000 : 1000);
        return new SelfTestReport(
            DeviceName.Emulated,
            $"{Describe(device)}, seed {options.Seed}",
            [new("driver", null, $"CUDA {device.Libraries.DriverVersion}"), new("cuBLAS", null, $"{options.CublasMajor}"), new("cuDNN", null, $"{major}.{minor / 100}.{minor % 100}")],
            results);
    }

    /// <param name="device">The GPU.</param>
    /// <param name="checks">What runs.</param>
    /// <param name="measure">Whether times are measured; they never are where the driver is the emulated one.</param>
    /// <param name="cancellation">Looked at before each check.</param>
    /// <param name="progress">Told after each check.</param>
    /// <exception cref="CudaNetException">CUDA cannot be used.</exception>
    public static SelfTestReport OnCuda(CudaDevice device, IReadOnlyList<Check> checks, bool measure, CancellationToken cancellation, Action<int>? progress = null)
    {
        string text = Describe(device);
        return new SelfTestReport($"{DeviceName.Cuda}:{device.Ordinal}", text, device.Libraries.Reports, Run(device, checks, static () => null, measure && !device.IsEmulated(), progress, cancellation));
    }

    private static List<CheckResult> Run(CudaDevice device, IReadOnlyList<Check> checks, Func<string?> complaint, bool measure, Action<int>? progress, CancellationToken cancellation)
    {
        List<ReleaseFailure> unreleased = [];
        List<CheckResult> results;
        using (CudaContext context = new(device))
        {
            context.ReleaseFailed += unreleased.Add;
            using TestDevice on = new(context);
            results = [.. new CheckRun(on, complaint, measure).Run(checks, cancellation, progress)];
        }

        // What a faulted device cannot free is no second failure.
        results.Add(Afterwards("everything was released", device.Fault is { } fault
            ? Outcome.Without(Verdict.NotRun, fault.Message)
            : Outcome.Expect(unreleased.Count == 0, Few(unreleased))));
        return results;
    }

    /// <summary>What only shows when all checks have run.</summary>
    private static CheckResult Afterwards(string what, Outcome outcome) => new(new Check(what, "-", "-", _ => outcome), outcome);

    private static string Few<T>(IReadOnlyList<T> wrong) => $"{wrong.Count}: {string.Join("; ", wrong.Take(3))}";

    private static string Describe(CudaDevice device) => $"{device.Name}, compute capability {device.ComputeCapability}, {Format.Bytes(device.MemoryBytes)}";
}
