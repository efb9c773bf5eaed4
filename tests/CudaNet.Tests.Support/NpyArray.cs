using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace CudaNet.Tests.Support;

/// <summary>An array that NumPy saved, of any plain element type, in C order: version 1.0 of the format, read here without the reader that it judges.</summary>
public sealed partial record NpyArray(string ElementType, IReadOnlyList<long> Shape, byte[] Bytes)
{
    /// <summary>The values of an array of fp64 or fp32, or of bytes.</summary>
    public double[] ToDoubles() => ElementType switch
    {
        "<f8" => MemoryMarshal.Cast<byte, double>(Bytes).ToArray(),
        "<f4" => [.. MemoryMarshal.Cast<byte, float>(Bytes).ToArray().Select(v => (double)v)],
        "|u1" => [.. Bytes.Select(v => (double)v)],
        _ => throw new NotSupportedException(ElementType),
    };

    /// <summary>The values of an array of fp32.</summary>
    public float[] ToFloats() => ElementType == "<f4" ? MemoryMarshal.Cast<byte, float>(Bytes).ToArray() : throw new NotSupportedException(ElementType);

    /// <summary>Reads a <c>.npy</c> file.</summary>
    public static NpyArray Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads every array of a <c>.npz</c> file.</summary>
    public static IReadOnlyDictionary<string, NpyArray> ReadArchive(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        Dictionary<string, NpyArray> arrays = [];
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            arrays.Add(entry.FullName[..^".npy".Length], Read(stream, entry.FullName));
        }

        return arrays;
    }

    private static NpyArray Read(Stream stream, string name)
    {
        Span<byte> start = stackalloc byte[10];
        stream.ReadExactly(start);
        byte[] header = new byte[BinaryPrimitives.ReadUInt16LittleEndian(start[8..])];
        stream.ReadExactly(header);
        Match match = HeaderPattern().Match(Encoding.ASCII.GetString(header));
        if (!start[1..8].SequenceEqual("NUMPY\u0001\0"u8) || !match.Success)
        {
            throw new NotSupportedException(name);
        }

        using MemoryStream data = new();
        stream.CopyTo(data);
        long[] shape = [.. match.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(e => long.Parse(e, CultureInfo.InvariantCulture))];
        return new NpyArray(match.Groups["type"].Value, shape, data.ToArray());
    }

    [GeneratedRegex(@"'descr': '(?<type>[^']+)', 'fortran_order': False, 'shape': \((?<shape>[0-9, ]*)\)")]
    private static partial Regex HeaderPattern();
}
