using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>An emulated device of one architecture with its stream and the kernels for it. Disposing checks that nothing was found wrong.</summary>
internal sealed class KernelDevice : IDisposable
{
    private readonly EmulatedMachine _machine;
    private readonly List<GuardedBuffer> _buffers = [];

    public KernelDevice(string level)
    {
        _machine = new EmulatedMachine(new EmulatorOptions { Devices = [level == "sm_75" ? EmulatedDeviceProfile.Turing : EmulatedDeviceProfile.Ampere] });
        Context = new CudaContext(CudaLibraries.From(_machine.Libraries.Driver).Devices[0]);
        Stream = new CudaStream(Context);
        Kernels = new KernelSet(Context);
    }

    /// <summary>The architectures that PTX is compiled for, with every precision.</summary>
    public static TheoryData<string, string> Targets
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string level in (ReadOnlySpan<string>)["sm_75", "sm_80"])
            {
                foreach (StoragePrecision precision in Enum.GetValues<StoragePrecision>())
                {
                    data.Add(level, precision.ToString());
                }
            }

            return data;
        }
    }

    public static ReadOnlySpan<KernelVariant> Variants => [KernelVariant.Naive, KernelVariant.Fastest];

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public KernelSet Kernels { get; }

    /// <summary>What the last kernel did.</summary>
    public KernelCounters LastCounters => Assert.IsType<KernelCounters>(_machine.Operations.Operations[^1].Counters);

    public GuardedBuffer Upload(ReadOnlySpan<float> values, StoragePrecision precision = StoragePrecision.Float32, int misalignment = 0) =>
        Upload(StoredValues.Encode(values, precision), misalignment);

    public GuardedBuffer Upload(ReadOnlySpan<byte> bytes, int misalignment = 0) => Keep(new GuardedBuffer(this, bytes.Length, misalignment)).Write(bytes);

    public GuardedBuffer Reserve(long values, StoragePrecision precision = StoragePrecision.Float32, int misalignment = 0) =>
        Keep(new GuardedBuffer(this, (int)values * precision.Bytes(), misalignment));

    /// <summary>Frees the buffers made so far, between the shapes of a test, once nothing uses them.</summary>
    public void Clear()
    {
        Stream.Synchronize();
        _buffers.ForEach(b => b.Dispose());
        _buffers.Clear();
    }

    public void Dispose()
    {
        Clear();
        Kernels.Dispose();
        Stream.Dispose();
        Context.Dispose();
        _machine.Dispose();
        Assert.True(_machine.Findings.Count == 0, string.Join('\n', _machine.Findings.Select(f => f.Message)));
        Assert.Empty(_machine.Leaks);
    }

    private GuardedBuffer Keep(GuardedBuffer buffer)
    {
        _buffers.Add(buffer);
        return buffer;
    }
}
