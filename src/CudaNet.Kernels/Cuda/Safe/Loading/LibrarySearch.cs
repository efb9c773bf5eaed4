namespace CudaNet.Kernels.Cuda;

/// <summary>Loads a library from the first place that has it, and keeps the words of what did not load.</summary>
internal sealed class LibrarySearch(LibraryHost host, IReadOnlyList<string> folders)
{
    public LibraryHost Host { get; } = host;

    /// <summary>The files under one of the names, in the order of the folders.</summary>
    public IEnumerable<string> Files(params IEnumerable<string> names) =>
        folders.SelectMany(f => names.Select(n => Path.Combine(f, n))).Where(File.Exists);

    public LoadedLibrary? Open(string file, out string error)
    {
        nint handle = Host.Loader.Open(file, out error);
        return handle == 0 ? null : new LoadedLibrary(Host.Loader, handle, file);
    }

    /// <summary>
    /// Opens the first file that loads, then the bare names by the loader's own path. The reason it gives is that of the first file that exists, which says
    /// more than that nothing was found.
    /// </summary>
    public LoadedLibrary? OpenFirst(IEnumerable<string> files, IEnumerable<string> names, string export, out string error)
    {
        string? first = null;
        foreach (string file in files.Concat(names))
        {
            if (Open(file, out error) is { } library)
            {
                return library.Located(export);
            }

            first ??= error;
        }

        error = first ?? "";
        return null;
    }
}
