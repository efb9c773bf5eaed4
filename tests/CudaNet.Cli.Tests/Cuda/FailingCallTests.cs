using CudaNet.Cli.SelfTest;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.Cuda;

/// <summary>Each native call of a block's load, first run, capture, replay and disposal fails in turn.</summary>
public sealed class FailingCallTests
{
    private const int OutOfMemory = 2;
    private static readonly TensorShape Shape = new(1, 8, 4, 4);

    /// <summary>None of these sticks to the device.</summary>
    public enum Lasting
    {
        /// <summary>The call fails this once.</summary>
        Once,

        /// <summary>And so does each later call of the same function.</summary>
        ForTheFunction,

        /// <summary>And so does every later call.</summary>
        ForAll,
    }

    [Theory]
    [InlineData(Lasting.Once)]
    [InlineData(Lasting.ForTheFunction)]
    [InlineData(Lasting.ForAll)]
    public void A_failing_call_is_one_clear_exception_or_one_report_and_nothing_leaks(Lasting lasting)
    {
        using BlockNetwork network = new(Shape.Channels, 3);
        IReadOnlyList<string> calls;
        float[] expected;
        using (EmulatedMachine machine = new())
        {
            expected = Work(machine, network, []);
            calls = machine.Calls.Names;
        }

        Assert.True(calls.Count > 100, $"{calls.Count} calls");
        List<string> wrong = [];
        for (int n = 1; n <= calls.Count; n++)
        {
            string failed = calls[n - 1];
            FaultInjection fault = lasting == Lasting.ForAll
                ? FaultInjection.OfCall(n, OutOfMemory, persistent: true)
                : FaultInjection.OfCall(failed, calls.Take(n).Count(c => c == failed), OutOfMemory, persistent: lasting == Lasting.ForTheFunction);
            using EmulatedMachine machine = new(new EmulatorOptions { Faults = [fault] });
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

            wrong.AddRange(Judge(machine, failed, thrown, reports, lasting).Select(w => $"call {n}, {failed}: {w}"));

            // Where nothing could be given back, not even a capture could be ended.
            if (lasting != Lasting.ForAll)
            {
                machine.Faults.Clear();
                Bits.AssertSame(expected, Work(machine, network, []), $"after call {n}, {failed}, failed");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> Judge(EmulatedMachine machine, string failed, CudaNetException? thrown, List<ReleaseFailure> reports, Lasting lasting)
    {
        if (thrown is null && reports.Count == 0)
        {
            yield return "nobody heard of it";
        }

        if (thrown is not null && !thrown.Message.Contains(failed, StringComparison.Ordinal) && reports.All(r => r.Call != failed))
        {
            yield return $"the message does not name it: {thrown.Message}";
        }

        if (lasting == Lasting.Once && reports.Count != (thrown is null ? 1 : 0))
        {
            yield return $"{reports.Count} reports: {string.Join("; ", reports)}";
        }

        if (reports.Count != reports.Distinct().Count())
        {
            yield return $"reported twice: {string.Join("; ", reports)}";
        }

        // Whose context is current is nobody's to free, and a context that could not be made has no listener.
        bool isHeard = machine.Calls.Names.Contains("cuStreamCreate");
        if (isHeard && machine.Leaks.Count != reports.Count(r => r.Call != "cuCtxSetCurrent"))
        {
            yield return $"leaked {string.Join("; ", machine.Leaks)}, reported {string.Join("; ", reports)}";
        }

        // A program that can never wait frees under work that runs, and one that can never end a capture frees inside it.
        FindingKind? unavoidable = lasting == Lasting.Once ? null : failed switch
        {
            "cuStreamSynchronize" => FindingKind.FreedInUse,
            "cuStreamEndCapture" => FindingKind.Capture,
            _ => null,
        };
        foreach (Finding finding in machine.Findings.Where(f => f.Kind != unavoidable))
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
