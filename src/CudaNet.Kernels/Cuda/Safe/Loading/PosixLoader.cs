using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Kernels.Cuda;

/// <summary>dlopen and dlerror themselves: the framework's loader puts words of its own around the reason.</summary>
internal sealed unsafe class PosixLoader : INativeLoader
{
    private const int ResolveAllNow = 2;
    private static readonly Lock Gate = new();
    private readonly delegate* unmanaged<byte*, int, nint> _open = (delegate* unmanaged<byte*, int, nint>)Function("dlopen");
    private readonly delegate* unmanaged<nint, byte*, nint> _find = (delegate* unmanaged<nint, byte*, nint>)Function("dlsym");
    private readonly delegate* unmanaged<byte*> _error = (delegate* unmanaged<byte*>)Function("dlerror");
    private readonly delegate* unmanaged<nint, FileInfo*, int> _file = (delegate* unmanaged<nint, FileInfo*, int>)Function("dladdr");

    public nint Open(string file, out string error)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(file + '\0'))
        {
            // The reason is kept by the loader for this thread until it is read.
            lock (Gate)
            {
                nint library = _open(name, ResolveAllNow);
                error = library == 0 ? Marshal.PtrToStringUTF8((nint)_error()) ?? $"{file}: the loader gives no reason" : "";
                return library;
            }
        }
    }

    public nint Find(nint library, string export)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(export + '\0'))
        {
            return _find(library, name);
        }
    }

    public string? FileOf(nint address)
    {
        FileInfo info;
        return address != 0 && _file(address, &info) != 0 ? Marshal.PtrToStringUTF8(info.Name) : null;
    }

    /// <summary>The loader's functions are in every process, under whatever library's name the system keeps them.</summary>
    private static nint Function(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);

    [StructLayout(LayoutKind.Sequential)]
    private struct FileInfo
    {
        public nint Name;
        public nint Base;
        public nint SymbolName;
        public nint SymbolAddress;
    }
}
