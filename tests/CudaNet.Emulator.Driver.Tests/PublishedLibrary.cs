using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>
/// The folder that <c>.ci/emulated-driver</c> publishes to. Without it the tests that need it say so and are skipped. Two options are for ILGPU's scan in one
/// pass, whose blocks count on starting by index, and whose readers take their turn by an atomic without a fence behind it: a race by PTX's memory model.
/// </summary>
internal static partial class PublishedLibrary
{
    private const string File = "libcuda.so.1";

    private static readonly Lock Gate = new();
    private static readonly HashSet<Assembly> Bound = [];

    static PublishedLibrary()
    {
        // The library reads the process's own environment, of which the framework has a copy.
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, setenv("CUDANET_EMULATOR_BLOCKS_IN_ORDER", "1", 1));
            Assert.Equal(0, setenv("CUDANET_EMULATOR_RACES", "report", 1));
        }
    }

    public static string Folder { get; } = Repository.File("artifacts/emulated-driver");

    public static void Require() =>
        Assert.SkipUnless(System.IO.File.Exists(Path.Combine(Folder, File)), $"{Folder} is not there: .ci/emulated-driver publishes it");

    /// <summary>Lets an assembly's imports of the driver, whatever the system's name for it is, find the emulated one.</summary>
    public static void Bind(Assembly assembly)
    {
        Require();
        lock (Gate)
        {
            if (Bound.Add(assembly))
            {
                NativeLibrary.SetDllImportResolver(assembly, static (name, _, _) =>
                    name is "cuda" or "nvcuda" or "libcuda" or "libcuda.so" or File ? NativeLibrary.Load(Path.Combine(Folder, File)) : 0);
            }
        }
    }

    /// <summary>CudaNet on the same file, found by its own search.</summary>
    public static CudaLibraries Load() => CudaLibraries.Load(new CudaLibraryOptions { Folders = [Folder] });

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
