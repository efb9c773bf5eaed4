using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Loads what there is of NVIDIA's libraries, and tells of each what became of it.</summary>
internal static class LibraryLoading
{
    public static LibrarySet Load(LibraryHost host, CudaLibraryOptions options)
    {
        (LoadedLibrary? driver, LibraryReport driverReport) = DriverLoading.Load(host, options);
        int? major = driverReport.Version is { } text && System.Version.TryParse(text["CUDA ".Length..], out Version? version) ? version.Major : null;
        LibrarySearch search = new(host, LibraryFolders.All(host, options));
        (LoadedLibrary? cublas, LoadedLibrary? lt, int cuda, LibraryReport[] cublasReports) = CublasLoading.Load(search, CublasLoading.Versions(major));
        (LoadedLibrary? cudnn, LibraryReport cudnnReport) = CudnnLoading.Load(search, cublas is null ? 0 : cuda);
        return new LibrarySet(driver, cublas, lt, cudnn, [driverReport, .. cublasReports, cudnnReport]);
    }
}

/// <summary>What was loaded; null where a library is not there or cannot be used.</summary>
internal sealed record LibrarySet(IExportSource? Driver, IExportSource? Cublas, IExportSource? CublasLt, IExportSource? Cudnn, IReadOnlyList<LibraryReport> Reports);
