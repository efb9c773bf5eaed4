using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Tests.Support;

/// <summary>NumPy's archives made by hand, right or wrong.</summary>
public static class NpzBytes
{
    /// <summary>A <c>.npy</c> file of version 1.0 with this dictionary and these bytes.</summary>
    public static byte[] Array(string dictionary, ReadOnlySpan<byte> data)
    {
        int total = (10 + dictionary.Length + 1 + 63) / 64 * 64;
        byte[] text = Encoding.ASCII.GetBytes(dictionary.PadRight(total - 11) + "\n");
        return [0x93, .. "NUMPY\u0001\0"u8, .. BitConverter.GetBytes((ushort)text.Length), .. text, .. data];
    }

    /// <summary>The same of a type, an order and extents as they stand between parentheses.</summary>
    public static byte[] Array(string type, string extents, ReadOnlySpan<byte> data, bool fortran = false) =>
        Array($"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({extents}), }}", data);

    /// <summary>fp32 values in C order.</summary>
    public static byte[] Array(IEnumerable<int> extents, ReadOnlySpan<float> values) => Array("<f4", string.Concat(extents.Select(e => $"{e}, ")), MemoryMarshal.AsBytes(values));

    /// <summary>An archive of these entries, whose names get <c>.npy</c>.</summary>
    public static byte[] Archive(IEnumerable<(string Name, byte[] Array)> entries, bool deflated = false)
    {
        using MemoryStream bytes = new();
        using (ZipArchive archive = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] array) in entries)
            {
                using Stream entry = archive.CreateEntry(name + ".npy", deflated ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(array);
            }
        }

        return bytes.ToArray();
    }
}
