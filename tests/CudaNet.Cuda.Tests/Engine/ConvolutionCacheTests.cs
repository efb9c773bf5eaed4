using System.Text;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>What was found out about layers is tried once: by a backend, and, with a file, by all processes. A file that is no good costs a note, nothing else.</summary>
public sealed class ConvolutionCacheTests
{
    private const int Batch = 5;
    private static readonly EmulatedDeviceProfile Variant = EmulatedDeviceProfile.Ampere with { SumsByBatch = true };

    public static TheoryData<string> BadFiles =>
    [
        "", "{", "null", "[]", "7", "{}", "\0\0\0", "{\"schema\":1}", "{\"schema\":1,\"sections\":null}", "{\"schema\":1,\"sections\":[null]}", "{\"schema\":1,\"sections\":[{}]}",
        "{\"schema\":0,\"sections\":[]}", "{\"schema\":99999999999999999999,\"sections\":[]}", "{\"schema\":\"1\",\"sections\":[]}", new string('[', 100_000),
        Section("{}", "{\"a\":{\"8\":-1}}"), Section("{}", "{\"a\":{\"8\":0}}"), Section("{}", "{\"a\":{\"8\":9}}"), Section("{}", "{\"a\":{\"-8\":1}}"), Section("{}", "{\"a\":{\"8\":1e99}}"),
        Section("{}", "{\"a\":{\"x\":1}}"), Section("{}", "{\"a\":null}"), Section("{\"a\":null}", "{}"), Section("{\"a\":1}", "{}"), Section("null", "null"),
        Section("{}", "{}").Replace("\"device\":\"d\"", "\"device\":null", StringComparison.Ordinal),
    ];

    [Fact]
    public void A_layer_is_tried_once_and_layers_alike_share_the_trial()
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend();

        // One image by each choice's trial; the batch and images 0, 2 and 4 of it by each probe.
        Assert.Equal(BatchNetwork.DistinctConvolutions * (1 + 1 + 3), Load(machine, backend, Batch));
        Assert.Equal(0, Load(machine, backend, Batch));
        Assert.Equal(0, Load(machine, backend, 1));
        Assert.Equal(BatchNetwork.DistinctConvolutions * (1 + 2), Load(machine, backend, 2));
        machine.AssertClean();
    }

    [Theory]
    [InlineData(BatchBitsKind.Ignore)]
    [InlineData(BatchBitsKind.Chunk)]
    public void Nothing_is_tried_where_nothing_is_to_be_checked(BatchBitsKind kind)
    {
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { BatchBits = kind == BatchBitsKind.Ignore ? BatchBits.Ignore : BatchBits.Chunk(2) });
        Assert.Equal(BatchNetwork.DistinctConvolutions, Load(machine, backend, Batch));
    }

    [Fact]
    public void A_file_spares_the_next_process_the_check()
    {
        using TemporaryFolder folder = new();
        CudaOptions options = new() { CacheFile = folder.File("cache.json") };
        IReadOnlyList<StepChoice>[] choices = new IReadOnlyList<StepChoice>[2];
        for (int i = 0; i < choices.Length; i++)
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Variant] });
            CudaBackend backend = machine.Backend(options);
            long calls = Load(machine, backend, Batch);
            Assert.Equal(i == 1, calls == BatchNetwork.DistinctConvolutions);
            Assert.Empty(backend.Notes);
            choices[i] = backend.Measure(Plan(backend, Batch)).Choices;
            machine.AssertClean();
        }

        Assert.Contains(choices[0], c => c.Algorithm.EndsWith(", 3 images a call", StringComparison.Ordinal));
        Assert.Equal(choices[0], choices[1]);
        Assert.Equal(["cache.json"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    /// <summary>Precisions, batches and devices stand beside each other, whoever reads before whom.</summary>
    [Fact]
    public void Backends_share_a_file_and_lose_nothing_of_each_other()
    {
        using TemporaryFolder folder = new();
        CudaOptions options = new() { CacheFile = folder.File("cache.json") };
        using (EmulatedMachine machine = new())
        {
            CudaBackend[] backends = [machine.Backend(options), machine.Backend(options with { Precision = ArithmeticPrecision.Float16 }), machine.Backend(options)];
            int[] batches = [2, 3, 5];
            for (int i = 0; i < backends.Length; i++)
            {
                Load(machine, backends[i], 1);
            }

            for (int i = 0; i < backends.Length; i++)
            {
                Load(machine, backends[i], batches[i]);
            }
        }

        using EmulatedMachine next = new();
        Assert.Equal(BatchNetwork.DistinctConvolutions, Load(next, next.Backend(options with { Precision = ArithmeticPrecision.Float16 }), 3));
        CudaBackend last = next.Backend(options);
        Assert.Equal(BatchNetwork.DistinctConvolutions, Load(next, last, 2));
        Assert.Equal(0, Load(next, last, 5));
        Assert.Empty(last.Notes);
    }

    /// <summary>Another device, driver, cuDNN or limit: a note, and a check of one's own.</summary>
    [Fact]
    public void A_file_of_another_machine_is_not_used()
    {
        using TemporaryFolder folder = new();
        CudaOptions options = new() { CacheFile = folder.File("cache.json") };
        using (EmulatedMachine machine = new())
        {
            Load(machine, machine.Backend(options), Batch);
        }

        EmulatorOptions[] others =
        [
            new() { Devices = [EmulatedDeviceProfile.Hopper] }, new() { Devices = [EmulatedDeviceProfile.Ampere with { Multiprocessors = 20 }] }, new() { CudnnVersion = 8907 },
            new() { DriverVersion = 12000 },
        ];
        foreach (EmulatorOptions other in others)
        {
            using EmulatedMachine machine = new(other);
            CudaBackend backend = machine.Backend(options);
            Assert.Equal(BatchNetwork.DistinctConvolutions * 5, Load(machine, backend, Batch));
            Assert.Contains("is of another device, driver, library or limit, and not used", Assert.Single(backend.Notes), StringComparison.Ordinal);
        }

        using EmulatedMachine first = new();
        CudaBackend again = first.Backend(options);
        Assert.Equal(BatchNetwork.DistinctConvolutions, Load(first, again, Batch));
        Assert.Empty(again.Notes);
    }

    [Fact]
    public void A_file_that_ends_early_is_not_used_wherever_it_ends()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("cache.json");
        using (EmulatedMachine machine = new())
        {
            Load(machine, machine.Backend(new CudaOptions { CacheFile = path }), Batch);
        }

        byte[] whole = File.ReadAllBytes(path);
        Assert.Single(CacheFile.Read(path, out string? none));
        Assert.Null(none);
        for (int length = 0; length < whole.Length; length++)
        {
            folder.Write("cache.json", whole.AsSpan(0, length));
            Assert.Empty(CacheFile.Read(path, out string? whyNot));
            Assert.Equal("it is damaged", whyNot);
        }
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_is_noted_and_replaced(string text)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("cache.json", Encoding.UTF8.GetBytes(text));
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { CacheFile = path });
        Assert.Equal(BatchNetwork.DistinctConvolutions * 5, Load(machine, backend, Batch));
        Assert.StartsWith($"'{path}' is not used: it", Assert.Single(backend.Notes), StringComparison.Ordinal);
        Assert.Single(CacheFile.Read(path, out string? whyNot));
        Assert.Null(whyNot);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_noted()
    {
        using TemporaryFolder folder = new();
        foreach (string path in (string[])[folder.File("none/cache.json"), folder.Path, "", "a\0b"])
        {
            using EmulatedMachine machine = new();
            CudaBackend backend = machine.Backend(new CudaOptions { CacheFile = path });
            Load(machine, backend, 2);
            Assert.Contains(backend.Notes, n => n.Contains("cannot be written: ", StringComparison.Ordinal));
            machine.AssertClean();
        }
    }

    /// <summary>Each call of a load that tries fails in turn: one exception, nothing is left, and the next load works.</summary>
    [Fact]
    public void A_check_that_fails_is_one_exception_and_leaves_nothing()
    {
        IReadOnlyList<string> calls;
        using (EmulatedMachine machine = new(new EmulatorOptions { Devices = [Variant] }))
        {
            CudaBackend backend = machine.Backend();
            backend.Measure(Plan(backend, 4));
            calls = machine.Calls.Names;
        }

        foreach (int n in FailingProgram.Chosen(calls, 12))
        {
            using EmulatedMachine machine = new(new EmulatorOptions { Devices = [Variant], Faults = [FaultInjection.OfCall(calls[n - 1], calls.Take(n).Count(c => c == calls[n - 1]), 2)] });
            try
            {
                CudaBackend backend = machine.Backend();
                List<ReleaseFailure> lost = [];
                backend.ReleaseFailed += lost.Add;
                Exception? thrown = Record.Exception(() => backend.Measure(Plan(backend, 4)));
                Assert.True(thrown is CudaNetException || lost.Count == 1, $"call {n}, {calls[n - 1]}: {thrown}, {lost.Count} reports");
                Assert.Equal(lost.Count(l => !l.Call.StartsWith("cuCtx", StringComparison.Ordinal)), machine.Leaks.Count);
                Assert.Equal(", 2 images a call", backend.Measure(Plan(backend, 4)).Choices[0].Algorithm[^", 2 images a call".Length..]);
            }
            catch (CudaNetException)
            {
                // The backend itself could not be made.
            }

            Assert.Empty(machine.Findings);
        }
    }

    /// <summary>What is asked for where nothing is checked.</summary>
    public enum BatchBitsKind
    {
        /// <summary>Bits may depend on the batch.</summary>
        Ignore,

        /// <summary>Calls of two images.</summary>
        Chunk,
    }

    private static string Section(string choices, string chunks) =>
        "{\"schema\":1,\"sections\":[{\"key\":{\"device\":\"d\",\"computeCapability\":\"8.0\",\"multiprocessors\":1,\"driver\":\"13.0\",\"library\":\"cuDNN 9\",\"precision\":\"fp32\",\"workspaceLimitBytes\":1},"
        + $"\"choices\":{choices},\"chunks\":{chunks}}}]}}";

    private static ExecutionPlan Plan(CudaBackend backend, int batch) => Planner.Plan(BatchNetwork.Graph, BatchNetwork.Shape(batch), [], backend.Layout);

    /// <summary>How many convolutions a load runs.</summary>
    private static long Load(EmulatedMachine machine, CudaBackend backend, int batch)
    {
        long before = machine.Calls.Count("cudnnConvolutionForward");
        using Model model = Networks.Create(BatchNetwork.Graph);
        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        using Executable executable = prepared.Load(Plan(backend, batch), place);
        return machine.Calls.Count("cudnnConvolutionForward") - before;
    }
}
