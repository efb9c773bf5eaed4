namespace CudaNet.Kernels.Cuda;

/// <summary>The folders where cuBLAS and cuDNN are looked for, first to last; the loader's own path comes after them.</summary>
internal static class LibraryFolders
{
    public const string Variable = "CUDANET_CUDA_PATH";

    /// <summary>Where a toolkit keeps its libraries, seen from its folder; the folder itself first.</summary>
    private static readonly string[] InToolkit = ["", "lib64", "lib", "bin/x64", "bin", "lib/x64", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "Library/bin"];

    /// <summary>Where a wheel keeps its libraries, seen from the folder of one of NVIDIA's packages.</summary>
    private static readonly string[] InWheel = ["lib", "bin", "bin/x86_64"];

    /// <summary>The folders a person named: the options' and those of <see cref="Variable"/>.</summary>
    public static IEnumerable<string> Named(LibraryHost host, CudaLibraryOptions options) =>
        options.Folders.Concat(host.List(Variable)).SelectMany(f => Toolkit(f).Concat(Wheels(f)));

    /// <summary>All that exist, each once.</summary>
    public static string[] All(LibraryHost host, CudaLibraryOptions options) =>
    [
        .. Named(host, options)
            .Concat(host.List("CUDA_PATH").Concat(host.List("CUDA_HOME")).SelectMany(Toolkit))
            .Concat(Toolkits(host).SelectMany(Toolkit))
            .Concat(SitePackages(host).SelectMany(Wheels))
            .Concat(host.List("CONDA_PREFIX").SelectMany(Toolkit))
            .Concat(Distribution(host))
            .Where(Directory.Exists)
            .Distinct(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Toolkit(string folder) => InToolkit.Select(f => f.Length == 0 ? folder : Path.Combine(folder, f));

    private static IEnumerable<string> Wheels(string sitePackages) =>
        LibraryHost.Folders(Path.Combine(sitePackages, "nvidia"), "*").SelectMany(static p => InWheel.Select(f => Path.Combine(p, f)));

    private static IEnumerable<string> Toolkits(LibraryHost host) => host.IsWindows
        ? ProgramFiles(host, "NVIDIA GPU Computing Toolkit/CUDA").Concat(ProgramFiles(host, "NVIDIA/CUDNN"))
        : LibraryHost.Folders(host.OfSystem("/usr/local"), "cuda*");

    private static string[] ProgramFiles(LibraryHost host, string folder) =>
        host.Variable("ProgramFiles") is { } programs ? LibraryHost.Folders(Path.Combine(programs, folder), "v*") : [];

    private static IEnumerable<string> Distribution(LibraryHost host) => host.IsWindows ? [] : LibraryNames.DriverFolders.Take(2).Select(host.OfSystem);

    /// <summary>Where Pythons keep packages: the active environment's, the one on the path, the user's and the system's.</summary>
    private static IEnumerable<string> SitePackages(LibraryHost host)
    {
        IEnumerable<string> prefixes = host.List("VIRTUAL_ENV").Concat(host.List("CONDA_PREFIX")).Concat(PythonOnPath(host));
        if (host.IsWindows)
        {
            return prefixes.Select(static p => Path.Combine(p, "Lib", "site-packages"));
        }

        string[] users = host.Variable("HOME") is { } home ? [Path.Combine(home, ".local")] : [];
        return prefixes.Concat(users).Append(host.OfSystem("/usr/local")).Append(host.OfSystem("/usr"))
            .SelectMany(static p => LibraryHost.Folders(Path.Combine(p, "lib"), "python3*"))
            .SelectMany(static p => (string[])[Path.Combine(p, "site-packages"), Path.Combine(p, "dist-packages")]);
    }

    private static IEnumerable<string> PythonOnPath(LibraryHost host)
    {
        string python = host.IsWindows ? "python.exe" : "python3";
        string? folder = host.List("PATH").FirstOrDefault(f => File.Exists(Path.Combine(f, python)));
        string? prefix = host.IsWindows ? folder : Path.GetDirectoryName(folder);
        return prefix is null ? [] : [prefix];
    }
}
