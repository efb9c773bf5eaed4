using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The emulated driver as a library whose functions are found by name.</summary>
internal sealed class DriverExportSource : IExportSource
{
    private static readonly FrozenDictionary<string, nint> Addresses = DriverExportTable.All.ToFrozenDictionary(e => e.Name, e => e.Address, StringComparer.Ordinal);

    public static DriverExportSource Instance { get; } = new();

    public string Name => "the emulated libcuda.so.1";

    public nint Find(string export) => Addresses.GetValueOrDefault(export);
}
