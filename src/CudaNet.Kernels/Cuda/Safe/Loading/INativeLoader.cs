namespace CudaNet.Kernels.Cuda;

/// <summary>The system's loader of libraries.</summary>
internal interface INativeLoader
{
    /// <summary>Loads a library by full path, or by name through the loader's own path; 0 and the loader's words where that fails.</summary>
    nint Open(string file, out string error);

    /// <summary>The address of an export; 0 where there is none.</summary>
    nint Find(nint library, string export);

    /// <summary>The file that holds the code at an address; null where the system does not tell.</summary>
    string? FileOf(nint address);
}
