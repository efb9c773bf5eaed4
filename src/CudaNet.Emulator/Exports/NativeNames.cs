using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Exports;

/// <summary>Names as text that lives as long as the process, one copy of each.</summary>
internal static unsafe class NativeNames
{
    private static readonly ConcurrentDictionary<string, nint> Texts = new(StringComparer.Ordinal);

    public static byte* Of(string name) => (byte*)Texts.GetOrAdd(name, static n => Marshal.StringToCoTaskMemUTF8(n));
}
