using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A library that was loaded. Never unloaded: the tables hold its addresses.</summary>
internal sealed class LoadedLibrary(INativeLoader loader, nint handle, string file) : IExportSource
{
    public string Name => file;

    public nint Find(string export) => loader.Find(handle, export);

    /// <summary>The file it came from: what it was asked for by, or what the system says where that was a bare name.</summary>
    public LoadedLibrary Located(string export) =>
        !Path.IsPathFullyQualified(file) && loader.FileOf(Find(export)) is { } path ? new LoadedLibrary(loader, handle, path) : this;
}
