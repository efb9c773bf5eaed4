using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cuda;

/// <summary>The framework's loader, for systems without dlopen. The driver is taken from the system's own folder only.</summary>
internal sealed class FrameworkLoader : INativeLoader
{
    public nint Open(string file, out string error)
    {
        try
        {
            error = "";
            return Path.IsPathFullyQualified(file) ? NativeLibrary.Load(file)
                : NativeLibrary.Load(file, typeof(FrameworkLoader).Assembly, file == LibraryNames.WindowsDriver ? DllImportSearchPath.System32 : null);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            error = exception.Message;
            return 0;
        }
    }

    public nint Find(nint library, string export) => NativeLibrary.TryGetExport(library, export, out nint address) ? address : 0;

    public string? FileOf(nint address) => null;
}
