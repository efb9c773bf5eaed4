using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>The folder that <c>.ci/emulated-driver</c> publishes to. Without it the tests that need it say so and are skipped.</summary>
internal static class PublishedLibrary
{
    private const string File = "libcuda.so.1";

    private static readonly Lock Gate = new();
    private static readonly HashSet<Assembly> Bound = [];

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
}
