using System.Collections.Frozen;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

/// <summary>An emulated library whose functions are found by name.</summary>
/// <param name="name">What emulates it, as messages say.</param>
/// <param name="exports">Its functions.</param>
/// <param name="generation">Its major version; it lacks what other generations have.</param>
internal sealed class LibraryExportSource(string name, FrozenDictionary<string, LibraryExport> exports, int generation) : IExportSource
{
    public string Name => name;

    public nint Find(string export) =>
        exports.TryGetValue(export, out LibraryExport found) && found.Since <= generation && generation <= found.Until ? found.Address : 0;

    public static IExportSource Cudnn(int version) => new LibraryExportSource(
        $"the emulated libcudnn.so.{(version >= 9000 ? 9 : 8)}", CudnnExportTable.All, version >= 9000 ? 9 : 8);

    public static IExportSource Cublas(int major) => new LibraryExportSource($"the emulated libcublas.so.{major}", CublasExportTable.All, major);

    public static IExportSource CublasLt(int major) => new LibraryExportSource($"the emulated libcublasLt.so.{major}", CublasLtExportTable.All, major);
}
