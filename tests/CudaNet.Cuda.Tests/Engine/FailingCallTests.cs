using System.Diagnostics;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// Each native call of a program's start, preparation, load, runs with observers and disposal fails in turn: once, every one of them; for good, and in the
/// variants, a sample, or all where endurance is asked for. A capture that fails leaves the run as it was, and is told of by <see cref="LoadedExecutable.PassText"/>.
/// </summary>
public sealed class FailingCallTests(ITestOutputHelper output)
{
    private const int OutOfMemory = 2;

    /// <summary>How many failures come before a whole new session is tried: it takes as long as the failing program.</summary>
    private const int Fresh = 8;

    /// <summary>Of calls that other rows let fail one by one.</summary>
    private const int Some = 12;

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

    public static TheoryData<string, Lasting> Programs
    {
        get
        {
            TheoryData<string, Lasting> rows = [];
            foreach (Lasting lasting in Enum.GetValues<Lasting>())
            {
                rows.Add("kernels", lasting);
                rows.Add("cublas", lasting);
                rows.Add("nchw", lasting);
                rows.Add("fused", lasting);
            }

            rows.Add("lanes", Lasting.Once);

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_failing_call_is_one_clear_exception_or_one_report_and_nothing_leaks(string program, Lasting lasting)
    {
        CudaOptions options = new() { Linear = program == "cublas" ? CudaLinear.Cublas : CudaLinear.Kernels, FusedConvolutions = program == "fused" };
        bool hasLanes = program == "lanes";
        EmulatedDeviceProfile profile = EmulatedDeviceProfile.Ampere with { HasChannelsLast = program != "nchw" };
        IReadOnlyList<string> calls;
        float[] expected;
        using (EmulatedMachine machine = new(new EmulatorOptions { Devices = [profile] }))
        {
            FailingProgram whole = new(machine, options, hasLanes);
            expected = whole.Run() ?? throw whole.Thrown!;
            calls = machine.Calls.Names;
        }

        Stopwatch watch = Stopwatch.StartNew();
        List<string> wrong = [];
        int[] failing = [.. FailingProgram.Chosen(calls, Endurance.IsAsked || (program == "kernels" && lasting == Lasting.Once) ? 1 : Some)];
        for (int i = 0; i < failing.Length; i++)
        {
            int n = failing[i];
            string failed = calls[n - 1];
            FaultInjection fault = lasting == Lasting.ForAll
                ? FaultInjection.OfCall(n, OutOfMemory, persistent: true)
                : FaultInjection.OfCall(failed, calls.Take(n).Count(c => c == failed), OutOfMemory, persistent: lasting == Lasting.ForTheFunction);
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [profile], Faults = [fault] });
            FailingProgram run = new(machine, options, hasLanes);
            float[]? values = run.Run(again: lasting == Lasting.Once);
            wrong.AddRange(Judge(machine, failed, run, lasting).Select(w => $"call {n}, {failed}: {w}"));
            if (values is not null)
            {
                Bits.AssertSame(expected, values, $"after call {n}, {failed}, failed");
            }
            else if (lasting == Lasting.Once && run.HasSession)
            {
                wrong.Add($"call {n}, {failed}: the session did not work afterwards: {run.ThrownAgain?.Message}");
            }

            if (lasting != Lasting.ForAll && i % Fresh == 0)
            {
                machine.Faults.Clear();
                Bits.AssertSame(expected, new FailingProgram(machine, options, hasLanes).Run(), $"a new session after call {n}, {failed}, failed");
            }
        }

        output.WriteLine($"{failing.Length} of {calls.Count} calls, {watch.Elapsed.TotalSeconds:f1} s");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {failing.Length}:\n{string.Join('\n', wrong)}");
    }

    private static IEnumerable<string> Judge(EmulatedMachine machine, string failed, FailingProgram run, Lasting lasting)
    {
        List<ReleaseFailure> reports = run.Reports;
        if (run.Foreign is not null)
        {
            yield return $"threw {run.Foreign}";
        }

        // A capture that fails is no failure of the run: it is told of where passes are described.
        bool isTold = run.Passes.Contains(failed, StringComparison.Ordinal);

        // What goes after runs that nobody waited for waits for them, and tries again.
        bool isTriedAgain = run.HasLanes && failed == "cuStreamSynchronize" && run.Thrown is null;
        isTold |= isTriedAgain;
        if (run.Thrown is null && reports.Count == 0 && !isTold)
        {
            yield return "nobody heard of it";
        }

        if (run.Thrown is not null && !run.Thrown.Message.Contains(failed, StringComparison.Ordinal) && reports.All(r => r.Call != failed) && !isTold)
        {
            yield return $"the message does not name it: {run.Thrown.Message}";
        }

        if (lasting == Lasting.Once && reports.Count != (run.Thrown is null && !isTold ? 1 : 0))
        {
            yield return $"{reports.Count} reports: {string.Join("; ", reports)}";
        }

        // Whose context is current is nobody's to free.
        ReleaseFailure[] lost = [.. reports.Where(r => !r.Call.StartsWith("cuCtx", StringComparison.Ordinal))];
        if (lost.Length != lost.Distinct().Count())
        {
            yield return $"reported twice: {string.Join("; ", reports)}";
        }

        if (machine.Leaks.Count != lost.Length)
        {
            yield return $"leaked {string.Join("; ", machine.Leaks)}, reported {string.Join("; ", reports)}";
        }

        // A program that can never wait frees under work that runs, and one that can never join or end a capture leaves it as it is.
        FindingKind? unavoidable = lasting == Lasting.Once ? null
            : failed == "cuStreamSynchronize" ? FindingKind.FreedInUse
            : failed is "cuEventRecord" or "cuStreamWaitEvent" or "cuStreamEndCapture" ? FindingKind.Capture
            : null;
        foreach (Finding finding in machine.Findings.Where(f => f.Kind != unavoidable))
        {
            yield return $"found {finding}";
        }
    }
}
