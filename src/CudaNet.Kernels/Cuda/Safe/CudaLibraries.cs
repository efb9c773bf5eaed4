using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// NVIDIA's libraries as this process uses them: the driver, and cuBLAS, cublasLt and cuDNN where they are there. Thread-safe. Lives as long as
/// the process: nothing is unloaded.
/// </summary>
public sealed unsafe class CudaLibraries
{
    private readonly Lock _gate = new();
    private CudaDevice[]? _devices;

    private CudaLibraries(IExportSource driver, IExportSource? cublas, IExportSource? cublasLt, IExportSource? cudnn, IReadOnlyList<LibraryReport> reports)
    {
        Reports = reports;
        Driver = new DriverApi(new NativeExports(driver));
        CublasOrNull = cublas is null ? null : new CublasApi(new NativeExports(cublas));
        CublasLtOrNull = cublasLt is null ? null : new CublasLtApi(new NativeExports(cublasLt));
        CudnnOrNull = cudnn is null ? null : new CudnnApi(new NativeExports(cudnn));
    }

    /// <summary>The devices that the driver shows to this process, by ordinal. The first call initialises the driver.</summary>
    /// <exception cref="CudaException">The driver cannot be used, or shows no device.</exception>
    public IReadOnlyList<CudaDevice> Devices
    {
        get
        {
            lock (_gate)
            {
                return _devices ??= FindDevices();
            }
        }
    }

    /// <summary>The newest CUDA version the driver supports.</summary>
    /// <exception cref="CudaException">The driver answers nothing: it is the toolkit's stub.</exception>
    public Version DriverVersion
    {
        get
        {
            int version;
            Check(Driver.cuDriverGetVersion(&version), nameof(DriverApi.cuDriverGetVersion));
            return new Version(version / 1000, version % 1000 / 10);
        }
    }

    /// <summary>What became of each library where they were loaded from this machine, the driver first; empty where something else provides them.</summary>
    public IReadOnlyList<LibraryReport> Reports { get; }

    internal DriverApi Driver { get; }

    internal CublasApi? CublasOrNull { get; }

    internal CublasLtApi? CublasLtOrNull { get; }

    internal CudnnApi? CudnnOrNull { get; }

    internal CublasApi Cublas => CublasOrNull ?? throw Missing("cuBLAS");

    internal CublasLtApi CublasLt => CublasLtOrNull ?? throw Missing("cublasLt");

    internal CudnnApi Cudnn => CudnnOrNull ?? throw Missing("cuDNN");

    internal Version CudnnVersion => CudnnLoading.VersionOf((long)Cudnn.cudnnGetVersion());

    /// <summary>Uses libraries that something else provides, such as an emulated device.</summary>
    /// <param name="driver">The driver's functions.</param>
    /// <param name="cublas">cuBLAS, or null to do without.</param>
    /// <param name="cublasLt">cublasLt, or null to do without.</param>
    /// <param name="cudnn">cuDNN 8.9 or 9, or null to do without.</param>
    /// <exception cref="CudaNetException">A library lacks functions that are needed.</exception>
    public static CudaLibraries From(IExportSource driver, IExportSource? cublas = null, IExportSource? cublasLt = null, IExportSource? cudnn = null) =>
        new(driver, cublas, cublasLt, cudnn, []);

    /// <summary>Loads NVIDIA's libraries from this machine: the driver, and what there is of the others. May take a second.</summary>
    /// <exception cref="CudaNetException">The driver is not there or cannot be used; in the loader's own words, with the remedy as hint.</exception>
    public static CudaLibraries Load(CudaLibraryOptions? options = null) => TryLoad(options, out IReadOnlyList<LibraryReport> reports)
        ?? throw new CudaNetException($"CUDA cannot be used: {reports[0].WhyNot}") { File = reports[0].Path, Hint = reports[0].Remedy };

    /// <summary>Loads NVIDIA's libraries from this machine where the driver works; null where it does not.</summary>
    /// <param name="options">Where to look; null for the usual places.</param>
    /// <param name="reports">What became of each library, the driver first.</param>
    public static CudaLibraries? TryLoad(CudaLibraryOptions? options, out IReadOnlyList<LibraryReport> reports)
    {
        LibrarySet set = LibraryLoading.Load(LibraryHost.Machine, options ?? new CudaLibraryOptions());
        reports = set.Reports;
        return set.Driver is null ? null : new CudaLibraries(set.Driver, set.Cublas, set.CublasLt, set.Cudnn, reports);
    }

    internal void Check(CUresult result, string call, int? device = null)
    {
        if (result != CUresult.CUDA_SUCCESS)
        {
            throw new CudaException(ResultText.Describe(this, (int)result, call, device is null ? null : $"device {device}"));
        }
    }

    private CudaNetException Missing(string library)
    {
        LibraryReport? report = Reports.FirstOrDefault(r => r.Library == library);
        return new CudaNetException(report?.WhyNot is { } reason ? $"{library} is not loaded: {reason}" : $"{library} is not loaded")
        {
            File = report?.Path,
            Hint = report is null ? $"Give it to {nameof(CudaLibraries)}.{nameof(From)} along with the others." : report.Remedy,
        };
    }

    private CudaDevice[] FindDevices()
    {
        int count;
        Check(Driver.cuInit(0), nameof(DriverApi.cuInit));
        Check(Driver.cuDeviceGetCount(&count), nameof(DriverApi.cuDeviceGetCount));
        CudaDevice[] devices = new CudaDevice[count];
        for (int i = 0; i < count; i++)
        {
            int device;
            Check(Driver.cuDeviceGet(&device, i), nameof(DriverApi.cuDeviceGet), i);
            devices[i] = new CudaDevice(this, i, device);
        }

        return devices;
    }
}
