using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>The emulated driver as a library whose functions are found by name.</summary>
/// <param name="version">The version it says it has; it lacks the functions that are newer.</param>
internal sealed class DriverExportSource(int version) : IExportSource
{
    private static readonly FrozenDictionary<string, DriverExport> ByName = DriverExportTable.All.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);

    public string Name => "the emulated libcuda.so.1";

    public nint Find(string export) => ByName.TryGetValue(export, out DriverExport found) && found.Since <= version ? found.Address : 0;
}
