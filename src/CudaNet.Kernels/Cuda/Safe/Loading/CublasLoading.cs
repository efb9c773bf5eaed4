using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Finds cublasLt, and cuBLAS in the same folder.</summary>
internal static unsafe class CublasLoading
{
    private const string Remedy = "Install the CUDA toolkit or NVIDIA's Python wheels (nvidia-cublas), or name their folder in CUDANET_CUDA_PATH.";

    /// <summary>Versions of CUDA whose cuBLAS can be used, newest first: one newer than the driver cannot.</summary>
    public static int[] Versions(int? driverMajor) => driverMajor is >= 13 or null ? [13, 12] : [12];

    /// <param name="search">Where.</param>
    /// <param name="versions">Of CUDA, the best first.</param>
    public static (LoadedLibrary? Cublas, LoadedLibrary? Lt, int Cuda, LibraryReport[] Reports) Load(LibrarySearch search, int[] versions)
    {
        bool windows = search.Host.IsWindows;
        string[] ltNames = Array.ConvertAll(versions, v => LibraryNames.CublasLt(windows, v));
        if (search.OpenFirst(search.Files(ltNames), ltNames, nameof(CublasLtApi.cublasLtCreate), out string error) is not { } lt)
        {
            string cublasName = LibraryNames.Cublas(windows, versions[0]);
            string? alone = search.Files(Array.ConvertAll(versions, v => LibraryNames.Cublas(windows, v))).FirstOrDefault();
            return (null, null, 0, [new("cuBLAS", alone, null, alone is null ? error.Replace(ltNames[0], cublasName, StringComparison.Ordinal) : $"it needs cublasLt: {error}", Remedy), new("cublasLt", null, null, error, Remedy)]);
        }

        try
        {
            CublasLtApi ltApi = new(new NativeExports(lt));
            LibraryReport ltReport = new("cublasLt", lt.Name, Version((long)ltApi.cublasLtGetVersion()));
            int cuda = (int)(ltApi.cublasLtGetCudartVersion() / 1000);

            // From the same folder: one of another build would load, and fail where it is first used.
            string name = LibraryNames.Cublas(windows, cuda);
            string file = Path.GetDirectoryName(lt.Name) is { Length: > 0 } folder ? Path.Combine(folder, name) : name;
            if (search.Open(file, out error) is not { } cublas)
            {
                return (null, lt, cuda, [new("cuBLAS", File.Exists(file) ? file : null, null, error, Remedy), ltReport]);
            }

            int version = 0;
            CublasApi api = new(new NativeExports(cublas));
            cublasStatus_t result = api.cublasGetVersion_v2(0, &version);
            return result == cublasStatus_t.CUBLAS_STATUS_SUCCESS
                ? (cublas, lt, cuda, [new("cuBLAS", cublas.Name, Version(version)), ltReport])
                : (null, lt, cuda, [new("cuBLAS", cublas.Name, null, $"{nameof(CublasApi.cublasGetVersion_v2)} answered {result} ({(int)result})", Remedy), ltReport]);
        }
        catch (CudaNetException exception)
        {
            bool isLt = exception.File == lt.Name;
            LibraryReport other = new("cublasLt", lt.Name, null, isLt ? exception.Message : null, isLt ? exception.Hint : null);
            return (null, isLt ? null : lt, 0, [new("cuBLAS", isLt ? null : exception.File, null, isLt ? "cublasLt cannot be used" : exception.Message, exception.Hint), other]);
        }
    }

    private static string Version(long number) => $"{number / 10000}.{number % 10000 / 100}.{number % 100}";
}
