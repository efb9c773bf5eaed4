using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Exports;

/// <summary>Texts that native callers hold as long as the process lives.</summary>
internal static unsafe class NativeText
{
    private static readonly ConcurrentDictionary<string, nint> Kept = new(StringComparer.Ordinal);

    /// <summary>The text as UTF-8 with a NUL behind it; the same address for the same text.</summary>
    public static byte* Of(string text) => (byte*)Kept.GetOrAdd(text, Marshal.StringToCoTaskMemUTF8);
}
