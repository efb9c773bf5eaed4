using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Finds the driver's library, and whether it works.</summary>
internal static unsafe class DriverLoading
{
    private const string Driver = "driver";

    public static (LoadedLibrary? Library, LibraryReport Report) Load(LibraryHost host, CudaLibraryOptions options)
    {
        string name = LibraryNames.Driver(host.IsWindows);
        IEnumerable<string> named = LibraryFolders.Named(host, options).Select(f => Path.Combine(f, name)).Where(File.Exists);
        string[] fallback = host.IsWindows ? [] : [.. LibraryNames.DriverFolders.Select(f => Path.Combine(host.OfSystem(f), name)).Where(File.Exists)];
        LibrarySearch search = new(host, []);
        if (search.OpenFirst(named, [name, .. fallback], nameof(DriverApi.cuInit), out string error) is not { } library)
        {
            // A file in one of the driver's folders that does not load says more than that the loader's path has none.
            string reason = fallback.Length == 0 || search.Open(fallback[0], out string why) is not null ? error : why;
            return (null, new LibraryReport(Driver, fallback.FirstOrDefault(), null, reason, Remedy(host)));
        }

        LibraryReport report = Examine(library);
        return (report.WhyNot is null ? library : null, report);
    }

    private static string Remedy(LibraryHost host) => host.IsWindows
        ? "Install NVIDIA's driver for this GPU."
        : "Install NVIDIA's driver; in a container, start it with --gpus all and the NVIDIA container toolkit; on WSL, install the driver on Windows.";

    private static LibraryReport Examine(LoadedLibrary library)
    {
        DriverApi driver;
        try
        {
            driver = new DriverApi(new NativeExports(library));
        }
        catch (CudaNetException exception)
        {
            return new LibraryReport(Driver, library.Name, null, exception.Message, exception.Hint);
        }

        int version = 0;
        CUresult result = driver.cuDriverGetVersion(&version);
        string call = nameof(DriverApi.cuDriverGetVersion);
        string? text = result == CUresult.CUDA_SUCCESS ? $"CUDA {version / 1000}.{version % 1000 / 10}" : null;
        if (result == CUresult.CUDA_SUCCESS)
        {
            result = driver.cuInit(0);
            call = nameof(DriverApi.cuInit);
        }

        return result == CUresult.CUDA_SUCCESS
            ? new LibraryReport(Driver, library.Name, text)
            : new LibraryReport(Driver, library.Name, text, $"{call} answered {Enum.GetName(result) ?? "an unknown result"} ({(int)result})", DriverStatus.Hint(result));
    }
}
