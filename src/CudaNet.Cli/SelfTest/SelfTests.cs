using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>Runs checks on a device of this machine, or on an emulated one.</summary>
internal static class SelfTests
{
    public const string Emulated = "emulated";
    public const string Cuda = "cuda";

    /// <summary>On an emulated device, which must find nothing wrong and get everything back.</summary>
    public static SelfTestReport OnEmulated(EmulatorOptions options, IReadOnlyList<Check> checks, CancellationToken cancellation, Action<int>? progress = null)
    {
        using EmulatedMachine machine = new(options);
        EmulatedLibraries native = machine.Libraries;
        CudaDevice device = CudaLibraries.From(native.Driver, native.Cublas, native.CublasLt, native.Cudnn).Devices[0];
        int known = 0;
        string? Finding()
        {
            int before = known;
            known = machine.Findings.Count;
            return known > before ? machine.Findings[before].ToString() : null;
        }

        List<CheckResult> results = Run(device, checks, Finding, measure: false, cancellation, progress);
        Outcome outcome = Outcome.Expect(Finding() is null && machine.Findings.Count == 0, $"{Format.Plural(machine.Findings.Count, "finding")}, such as {machine.Findings.LastOrDefault()}");
        results.Add(new CheckResult(new Check("emulator found nothing wrong", "-", "-", _ => outcome), outcome));
        outcome = Outcome.Expect(machine.Leaks.Count == 0, string.Join("; ", machine.Leaks));
        results.Add(new CheckResult(new Check("emulator got everything back", "-", "-", _ => outcome), outcome));
        string cudnn = $"{options.CudnnVersion / (options.CudnnVersion >= 10_000 ? 10_000 : 1000)}";
        int rest = options.CudnnVersion % (options.CudnnVersion >= 10_000 ? 10_000 : 1000);
        return new SelfTestReport(
            Emulated,
            $"{Describe(device)}, seed {options.Seed}",
            [new("driver", null, $"CUDA {device.Libraries.DriverVersion}"), new("cuBLAS", null, $"{options.CublasMajor}"), new("cuDNN", null, $"{cudnn}.{rest / 100}.{rest % 100}")],
            results);
    }

    /// <exception cref="CudaNetException">CUDA cannot be used, or there is no such device.</exception>
    public static SelfTestReport OnCuda(int ordinal, IReadOnlyList<Check> checks, bool measure, CancellationToken cancellation, Action<int>? progress = null)
    {
        CudaLibraries cuda = CudaLibraries.Load();
        CudaDevice device = ordinal < cuda.Devices.Count
            ? cuda.Devices[ordinal]
            : throw new CudaNetException($"there is no CUDA device {ordinal}: the driver shows {cuda.Devices.Count}") { Hint = "`cudanet doctor` lists them; CUDA_VISIBLE_DEVICES hides some." };
        string text = Describe(device);
        return new SelfTestReport($"{Cuda}:{ordinal}", text, cuda.Reports, Run(device, checks, static () => null, measure, cancellation, progress));
    }

    private static List<CheckResult> Run(CudaDevice device, IReadOnlyList<Check> checks, Func<string?> complaint, bool measure, CancellationToken cancellation, Action<int>? progress)
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
        Outcome outcome = device.Fault is { } fault
            ? Outcome.Without(Verdict.NotRun, fault.Message)
            : Outcome.Expect(unreleased.Count == 0, string.Join("; ", unreleased));
        results.Add(new CheckResult(new Check("everything was released", "-", "-", _ => outcome), outcome));
        return results;
    }

    private static string Describe(CudaDevice device) => $"{device.Name}, compute capability {device.ComputeCapability}, {Format.Bytes(device.MemoryBytes)}";
}
