using System.IO.Compression;
using System.Runtime.InteropServices;
using CudaNet.Data;

namespace CudaNet.Tests.Support;

/// <summary>An array that NumPy saved, of any plain element type, in C order.</summary>
public sealed record NpyArray(string ElementType, IReadOnlyList<long> Shape, byte[] Bytes)
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
        NpyHeader header = NpyHeader.Read(stream, name);
        if (header.IsFortranOrder)
        {
            throw new NotSupportedException("Fortran order");
        }

        using MemoryStream data = new();
        stream.CopyTo(data);
        return new NpyArray(header.ElementType, header.Extents, data.ToArray());
    }
}
