using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli.SelfTest;

/// <summary>Runs checks one after the other, and captures what was right in a graph: one that fails stops no other, unless the device has faulted.</summary>
/// <param name="device">Where.</param>
/// <param name="complaint">What is wrong although the check saw nothing of it, asked after each; null where nothing is.</param>
/// <param name="measure">Whether times are measured.</param>
internal sealed class CheckRun(TestDevice device, Func<string?> complaint, bool measure)
{
    /// <exception cref="OperationCanceledException">It was cancelled, which is looked at before each check.</exception>
    public IReadOnlyList<CheckResult> Run(IEnumerable<Check> checks, CancellationToken cancellation, Action<int>? progress = null)
    {
        List<CheckResult> results = [];
        foreach (Check check in checks)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(device.Context.Device.Fault is { } fault ? new CheckResult(check, Outcome.Without(Verdict.NotRun, fault.Message)) : Run(check));
            progress?.Invoke(1);
        }

        return results;
    }

    private CheckResult Run(Check check)
    {
        Outcome outcome;
        int? nodes = null;
        double? milliseconds = null;
        try
        {
            outcome = check.Run(device);
            device.Stream.Synchronize();
            nodes = outcome.Verdict == Verdict.Ok ? device.CountNodes() : null;
            milliseconds = measure && outcome.Verdict == Verdict.Ok ? device.Measure() : null;
        }
        catch (UnsupportedByDeviceException exception)
        {
            outcome = Outcome.Without(Verdict.NotSupported, exception.Message);
        }
        catch (CudaException exception) when (UnsupportedByDeviceException.IsMeantBy(exception))
        {
            outcome = Outcome.Without(Verdict.NotSupported, exception.Message);
        }
        catch (CudaNetException exception)
        {
            outcome = Outcome.Without(Verdict.Failed, exception.Message);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException))
        {
            // A check that is itself wrong says so, and the others still run.
            outcome = Outcome.Without(Verdict.Failed, $"{exception.GetType().Name}: {exception.Message}");
        }

        device.Clear();
        return new CheckResult(check, complaint() is { } wrong ? Complain(outcome, wrong) : outcome, nodes, milliseconds);
    }

    private static Outcome Complain(Outcome outcome, string wrong) => outcome with { Verdict = Verdict.Failed, Reason = outcome.Reason is null ? wrong : $"{outcome.Reason}; {wrong}" };
}
