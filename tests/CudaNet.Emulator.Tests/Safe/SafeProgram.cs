using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>An emulated machine with the owners over it: a context and a stream. Disposing requires that nothing leaked and nothing was found wrong.</summary>
internal sealed class SafeProgram : IDisposable
{
    public SafeProgram(params FaultInjection[] faults)
    {
        Machine = new EmulatedMachine(new EmulatorOptions { Faults = faults });
        Cuda = CudaLibraries.From(new DriverExportSource(13000));
        Context = new CudaContext(Cuda.Devices[0]);
        Context.ReleaseFailed += Failures.Add;
        Stream = new CudaStream(Context);
    }

    public EmulatedMachine Machine { get; }

    public CudaLibraries Cuda { get; }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public List<ReleaseFailure> Failures { get; } = [];

    /// <summary>What the program may leave behind: objects that it could not free.</summary>
    public int ExpectedLeaks { get; set; }

    public long Calls(string name) => Machine.Calls.Count(name);

    public void Dispose()
    {
        Stream.Dispose();
        Context.Dispose();
        Machine.Dispose();
        Assert.True(Machine.Leaks.Count == ExpectedLeaks, string.Join('\n', Machine.Leaks));
    }
}
