using System.Globalization;
using System.Text;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>
/// Whatever calls come from however many threads, the process lives and no entry point ends in an exception. <c>CUDANET_HOSTILE_CALLS</c> says how many are
/// made; <c>.ci/nightly</c> makes many millions.
/// </summary>
public sealed unsafe class HostileCallTests
{
    private const int CallsOfARound = 500;

    private static int Calls => int.TryParse(Environment.GetEnvironmentVariable("CUDANET_HOSTILE_CALLS"), NumberStyles.None, CultureInfo.InvariantCulture, out int calls) ? calls : 40_000;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Any_calls_of_any_threads_leave_the_process_alive(int threads)
    {
        int rounds = Math.Max(1, Calls / 2 / (threads * CallsOfARound));
        HashSet<string> called = [], failed = [];
        for (int round = 0; round < rounds; round++)
        {
            // What calls were given must live as long as work may be queued that uses it.
            HostileCaller[] callers = [.. Enumerable.Range(0, threads).Select(thread => new HostileCaller((round * 100) + thread))];
            failed.UnionWith(Round(callers, round));
            called.UnionWith(callers.SelectMany(caller => caller.Called));
            Array.ForEach(callers, caller => caller.Dispose());
        }

        Assert.Empty(failed);
        Assert.True(called.Count > HostileCaller.EntryCount / 2, $"{called.Count} of {HostileCaller.EntryCount} functions were called");
    }

    /// <summary>All callers at once on one machine.</summary>
    /// <returns>What failed inside the emulator.</returns>
    private static string[] Round(HostileCaller[] callers, int round)
    {
        using EmulatedMachine machine = new(new EmulatorOptions
        {
            Seed = round,
            Devices = [EmulatedDeviceProfile.Ampere with { MemoryBytes = 16 << 20 }, EmulatedDeviceProfile.Turing with { MemoryBytes = 16 << 20 }],
            KernelInstructionBudget = 20_000,
            FreesInUse = (FreesInUse)(round % 3),
        });
        Thread[] threads = [.. callers.Select((caller, number) => new Thread(() =>
        {
            Prepare(caller, machine, number);
            for (int call = 0; call < CallsOfARound; call++)
            {
                caller.Call();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return [.. machine.Findings.Where(finding => finding.Kind == FindingKind.Emulator).Select(finding => finding.Message)];
    }

    /// <summary>A thread starts with objects that work, so that calls get further than their first test.</summary>
    private static void Prepare(HostileCaller caller, EmulatedMachine machine, int thread)
    {
        DriverCalls api = new(new NativeExports(machine.Libraries.Driver));
        nint context, stream, made, module, function;
        ulong memory;
        _ = api.cuInit(0);
        _ = api.cuDevicePrimaryCtxRetain(&context, thread % 2);
        _ = api.cuCtxSetCurrent(context);
        _ = api.cuStreamCreate(&stream, (uint)(thread % 2));
        _ = api.cuEventCreate(&made, 0);
        _ = api.cuMemAlloc_v2(&memory, 4096);
        byte[] ptx = Encoding.UTF8.GetBytes(DriverHost.Kernels + '\0');
        fixed (byte* text = ptx)
        {
            _ = api.cuModuleLoadDataEx(&module, text, 0, null, null);
        }

        foreach (nint known in (nint[])[context, stream, made, (nint)memory, module])
        {
            caller.Know(known);
        }

        byte[] name = Encoding.UTF8.GetBytes(EntryName() + '\0');
        fixed (byte* text = name)
        {
            if (api.cuModuleGetFunction(&function, module, text) == 0)
            {
                caller.Know(function);
            }
        }

        foreach ((string library, string create) in ((string, string)[])[("Cublas", "cublasCreate_v2"), ("CublasLt", "cublasLtCreate"), ("Cudnn", "cudnnCreate"), ("Cudnn", "cudnnCreateTensorDescriptor"), ("Cudnn", "cudnnCreateFilterDescriptor"), ("Cudnn", "cudnnCreateConvolutionDescriptor"), ("Cudnn", "cudnnCreateActivationDescriptor")])
        {
            nint handle = 0;
            IExportSource source = library switch
            {
                "Cublas" => machine.Libraries.Cublas,
                "CublasLt" => machine.Libraries.CublasLt,
                _ => machine.Libraries.Cudnn,
            };
            _ = ((delegate* unmanaged<nint*, int>)source.Find(create))(&handle);
            caller.Know(handle);
        }
    }

    private static string EntryName() => DriverHost.Kernels.Split(".visible .entry ")[1].Split('(')[0].Trim();
}
