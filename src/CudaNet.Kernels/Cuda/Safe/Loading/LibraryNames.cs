using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cuda;

/// <summary>The files of NVIDIA's libraries, best version first.</summary>
internal static class LibraryNames
{
    public const string WindowsDriver = "nvcuda.dll";

    /// <summary>Never the name without a version: with a toolkit, that is a stub for linking, whose every function answers an error.</summary>
    public const string LinuxDriver = "libcuda.so.1";

    /// <summary>What cuDNN calls into from any function, and what convolutions need: without one of them the process may be aborted.</summary>
    private static readonly string[] Version9 = ["graph", "ops", "cnn"];
    private static readonly string[] Version8 = ["ops_infer", "cnn_infer"];

    /// <summary>Where drivers put their library when the loader does not find it by name.</summary>
    public static string[] DriverFolders =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? ["/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib/wsl/lib"]
            : ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib/wsl/lib"];

    public static string Driver(bool windows) => windows ? WindowsDriver : LinuxDriver;

    public static string Cublas(bool windows, int cuda) => windows ? $"cublas64_{cuda}.dll" : $"libcublas.so.{cuda}";

    public static string CublasLt(bool windows, int cuda) => windows ? $"cublasLt64_{cuda}.dll" : $"libcublasLt.so.{cuda}";

    public static string Cudnn(bool windows, int major) => windows ? $"cudnn64_{major}.dll" : $"libcudnn.so.{major}";

    /// <summary>The parts of cuDNN that must be there, in the order they are loaded in.</summary>
    public static string[] CudnnParts(bool windows, int major) =>
        Array.ConvertAll(major >= 9 ? Version9 : Version8, p => windows ? $"cudnn_{p}64_{major}.dll" : $"libcudnn_{p}.so.{major}");

    /// <summary>Matches all parts of cuDNN, those of later versions too.</summary>
    public static string AnyCudnnPart(bool windows, int major) => windows ? $"cudnn_*64_{major}.dll" : $"libcudnn_*.so.{major}";
}
