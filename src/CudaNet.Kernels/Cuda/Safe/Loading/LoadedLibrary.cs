using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A library that was loaded. Never unloaded: the tables hold its addresses.</summary>
internal sealed class LoadedLibrary(INativeLoader loader, nint handle, string file) : IExportSource
{
    public string Name => file;

    public nint Find(string export) => loader.Find(handle, export);

    /// <summary>
    /// The file it came from: what it was asked for by, or where that was a bare name, that name in the folder that the system tells. The system may know the
    /// file by another of its names, where several link to it.
    /// </summary>
    public LoadedLibrary Located(string export)
    {
        if (Path.IsPathFullyQualified(file) || loader.FileOf(Find(export)) is not { } path)
        {
            return this;
        }

        string named = Path.Combine(Path.GetDirectoryName(path) ?? "", file);
        return new LoadedLibrary(loader, handle, File.Exists(named) ? named : path);
    }
}
