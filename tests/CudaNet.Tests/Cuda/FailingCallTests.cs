using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cuda;

/// <summary>Each native call of a block's load, first run, capture, replay and disposal fails in turn.</summary>
public sealed class FailingCallTests
{
    private static readonly TensorShape Shape = new(1, 8, 4, 4);

    /// <summary>Once, and from then on. Neither sticks to the device.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_failing_call_is_one_clear_exception_or_one_report_and_nothing_leaks(bool persistent)
    {
        using BlockNetwork network = new(Shape.Channels, 3);
        long calls;
        float[] expected;
        using (EmulatedMachine machine = new())
        {
            expected = Work(machine, network, []);
            calls = machine.Calls.Total;
        }

        Assert.True(calls > 100, $"{calls} calls");
        List<string> wrong = [];
        for (long n = 1; n <= calls; n++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Faults = [FaultInjection.OfCall(n, status: 2, persistent)] });
            List<ReleaseFailure> reports = [];
            CudaNetException? thrown = null;
            try
            {
                Work(machine, network, reports);
            }
            catch (CudaNetException exception)
            {
                thrown = exception;
            }

            string failed = machine.Calls.Names[(int)n - 1];
            wrong.AddRange(Judge(machine, failed, thrown, reports, persistent).Select(w => $"call {n}, {failed}: {w}"));
            machine.Faults.Clear();
            machine.Findings.Clear();
            Bits.AssertSame(expected, Work(machine, network, []), $"after call {n} failed");
        }

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Judge(EmulatedMachine machine, string failed, CudaNetException? thrown, List<ReleaseFailure> reports, bool persistent)
    {
        if (thrown is null && reports.Count == 0)
        {
            yield return "nobody heard of it";
        }

        if (thrown is not null && !thrown.Message.Contains(failed, StringComparison.Ordinal))
        {
            yield return $"the message does not name it: {thrown.Message}";
        }

        if (!persistent && reports.Count != (thrown is null ? 1 : 0))
        {
            yield return $"{reports.Count} reports: {string.Join("; ", reports)}";
        }

        if (reports.Count != reports.Distinct().Count())
        {
            yield return $"reported twice: {string.Join("; ", reports)}";
        }

        if (machine.Leaks.Count != reports.Count)
        {
            yield return $"leaked {string.Join("; ", machine.Leaks)}, reported {string.Join("; ", reports)}";
        }

        foreach (Finding finding in machine.Findings)
        {
            yield return $"found {finding}";
        }
    }

    /// <summary>The whole program: logits of an eager run and of a replay.</summary>
    private static float[] Work(EmulatedMachine machine, BlockNetwork network, List<ReleaseFailure> reports)
    {
        Tensor input = BlockNetwork.Input(Shape);
        using CudaContext context = EmulatedDevices.Open(machine);
        context.ReleaseFailed += reports.Add;
        using ResidualBlock block = new(context, network, Shape, BlockPrecision.Float32);
        (Tensor eager, _) = block.Run(input);
        block.Capture();
        (Tensor replayed, _) = block.Replay(input);
        return [.. eager.Values, .. replayed.Values];
    }
}
