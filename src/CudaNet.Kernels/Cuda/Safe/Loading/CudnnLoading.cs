using System.Text.RegularExpressions;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Finds cuDNN. Its main file opens the others when they are needed, and aborts the process where one is missing: so all of them are loaded by full path from
/// the main file's folder before, and nothing is called of a set that is not whole.
/// </summary>
internal static unsafe partial class CudnnLoading
{
    private const string Cudnn = "cuDNN";
    private const string Remedy = "Install cuDNN 9 for your version of CUDA (NVIDIA's archive, or the wheel nvidia-cudnn-cu12 or -cu13), or name its folder in CUDANET_CUDA_PATH.";
    private const string Incomplete = "Install all of cuDNN's files of one version in one folder; nothing of this set was called.";

    /// <param name="search">Where.</param>
    /// <param name="cuda">The version of CUDA that cuBLAS is of; 0 where it is not loaded.</param>
    public static (LoadedLibrary? Library, LibraryReport Report) Load(LibrarySearch search, int cuda)
    {
        bool windows = search.Host.IsWindows;
        string[] names = [LibraryNames.Cudnn(windows, 9), LibraryNames.Cudnn(windows, 8)];
        LibraryReport? incomplete = null;
        foreach (string file in search.Files(names))
        {
            if (WhatLacks(file, windows) is not { } lacking)
            {
                return LoadSet(search, file, cuda);
            }

            incomplete ??= lacking;
        }

        if (incomplete is not null)
        {
            return (null, incomplete);
        }

        LoadedLibrary? found = search.OpenFirst([], names, nameof(CudnnApi.cudnnGetVersion), out string error);
        return found is null ? (null, new LibraryReport(Cudnn, null, null, error, Remedy))
            : WhatLacks(found.Name, windows) is { } lacks ? (null, lacks)
            : LoadSet(search, found.Name, cuda);
    }

    private static int MajorOf(string file, bool windows) => Path.GetFileName(file).StartsWith(LibraryNames.Cudnn(windows, 9), StringComparison.Ordinal) ? 9 : 8;

    /// <summary>Null where all files that must be there are, beside the main one.</summary>
    private static LibraryReport? WhatLacks(string file, bool windows)
    {
        string folder = Path.GetDirectoryName(file) ?? "";
        string[] missing = [.. LibraryNames.CudnnParts(windows, MajorOf(file, windows)).Where(p => !File.Exists(Path.Combine(folder, p)))];
        return missing.Length == 0 ? null : new LibraryReport(Cudnn, file, null, $"cuDNN is incomplete: {string.Join(", ", missing)} not in {folder}", Incomplete);
    }

    private static (LoadedLibrary? Library, LibraryReport Report) LoadSet(LibrarySearch search, string file, int cuda)
    {
        bool windows = search.Host.IsWindows;
        int major = MajorOf(file, windows);
        string folder = Path.GetDirectoryName(file)!;
        string[] needed = Array.ConvertAll(LibraryNames.CudnnParts(windows, major), p => Path.Combine(folder, p));
        foreach (string part in needed)
        {
            if (search.Open(part, out string error) is null)
            {
                return (null, new LibraryReport(Cudnn, file, null, $"cuDNN is incomplete: {error}", LibraryOf(error) ?? Incomplete));
            }
        }

        // The others may fail: one of the engines needs the driver, and no convolution of CudaNet's needs all of them.
        foreach (string part in Directory.GetFiles(folder, LibraryNames.AnyCudnnPart(windows, major)).Except(needed).Order(StringComparer.Ordinal))
        {
            search.Open(part, out _);
        }

        if (search.Open(file, out string reason) is not { } library)
        {
            return (null, new LibraryReport(Cudnn, file, null, reason, Remedy));
        }

        LibraryReport report = Examine(library, major, cuda);
        return (report.WhyNot is null ? library : null, report);
    }

    private static string? LibraryOf(string error) =>
        error.StartsWith("libz.so.1", StringComparison.Ordinal) ? "Install zlib (Debian: zlib1g), which all of cuDNN's libraries need." : null;

    private static LibraryReport Examine(LoadedLibrary library, int major, int cuda)
    {
        CudnnApi cudnn;
        try
        {
            cudnn = new CudnnApi(new NativeExports(library));
        }
        catch (CudaNetException exception)
        {
            return new LibraryReport(Cudnn, library.Name, null, exception.Message, exception.Hint);
        }

        Version version = VersionOf((long)cudnn.cudnnGetVersion());
        LibraryReport found = new(Cudnn, library.Name, version.ToString());
        int builtWith = (int)(cudnn.cudnnGetCudartVersion() / 1000);
        return version.Major != major || (FileVersion(library.Name) is { } file && file != version)
                ? found with { WhyNot = $"cuDNN is mixed: the file is of version {FileVersion(library.Name)?.ToString() ?? $"{major}"}, the libraries behind it of {version}", Remedy = Incomplete }
            : FailedCheck(cudnn) is { } failed ? found with { WhyNot = $"cuDNN is mixed: {failed}", Remedy = Incomplete }
            : cuda == 0 ? found with { WhyNot = $"it needs cuBLAS of CUDA {builtWith}, which is not loaded", Remedy = $"Install cuBLAS of CUDA {builtWith}." }
            : cuda != builtWith ? found with { WhyNot = $"it was built for CUDA {builtWith}, and the cuBLAS found is of CUDA {cuda}", Remedy = $"Install cuDNN for CUDA {cuda}, or cuBLAS of CUDA {builtWith}." }
            : found;
    }

    /// <summary>From the number that cuDNN answers.</summary>
    public static Version VersionOf(long number) => number >= 10000
        ? new Version((int)(number / 10000), (int)(number % 10000 / 100), (int)(number % 100))
        : new Version((int)(number / 1000), (int)(number % 1000 / 100), (int)(number % 100));

    /// <summary>Each of the parts compares itself with the others it was loaded with.</summary>
    private static string? FailedCheck(CudnnApi cudnn) =>
        Failed(cudnn.cudnnGraphVersionCheck, nameof(cudnn.cudnnGraphVersionCheck)) ?? Failed(cudnn.cudnnOpsVersionCheck, nameof(cudnn.cudnnOpsVersionCheck))
        ?? Failed(cudnn.cudnnCnnVersionCheck, nameof(cudnn.cudnnCnnVersionCheck)) ?? Failed(cudnn.cudnnOpsInferVersionCheck, nameof(cudnn.cudnnOpsInferVersionCheck))
        ?? Failed(cudnn.cudnnCnnInferVersionCheck, nameof(cudnn.cudnnCnnInferVersionCheck));

    private static string? Failed(delegate* unmanaged<cudnnStatus_t> check, string name)
    {
        cudnnStatus_t status = check == null ? cudnnStatus_t.CUDNN_STATUS_SUCCESS : check();
        return status == cudnnStatus_t.CUDNN_STATUS_SUCCESS ? null : $"{name} answered {CudnnStatus.Name(null, (int)status)} ({(int)status})";
    }

    /// <summary>The version in the name of the file that a link ends at; null where it has none, as in wheels.</summary>
    private static Version? FileVersion(string file)
    {
        string target = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.Name ?? Path.GetFileName(file);
        return FullVersion().Match(target) is { Success: true } match && Version.TryParse(match.Groups[1].Value, out Version? version) ? version : null;
    }

    [GeneratedRegex(@"\.so\.(\d+\.\d+\.\d+)$")]
    private static partial Regex FullVersion();
}
