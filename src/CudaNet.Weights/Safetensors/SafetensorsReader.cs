using System.Buffers.Binary;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Reads safetensors: a little-endian 64-bit header length, the header's JSON, then the data, which the tensors cover without gap or overlap.
/// Format: the README of huggingface/safetensors.
/// </summary>
internal static class SafetensorsReader
{
    /// <summary>The format's own limit on the header.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>Bytes of the header's length.</summary>
    public const int LengthBytes = 8;

    /// <summary>True where a header starts as one does and ends within the file.</summary>
    public static bool HasHeader(FormatSource source) =>
        source.Start.Length > LengthBytes && source.Start[LengthBytes] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(source.Start) <= (ulong)source.Bytes.Length - LengthBytes;

    /// <exception cref="WeightFormatException">The file is damaged.</exception>
    public static RawWeights Read(FileBytes file)
    {
        ByteRegion all = file.All;
        if (file.Length < LengthBytes)
        {
            throw all.Error(0, $"a safetensors file of {file.Length} bytes is cut off in its header length");
        }

        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(all.First(LengthBytes));
        if (headerBytes > MaxHeaderBytes || (long)headerBytes > file.Length - LengthBytes)
        {
            throw all.Error(0, $"the header length {headerBytes} is beyond {Math.Min(MaxHeaderBytes, file.Length - LengthBytes)}", "The file is cut off or not safetensors.");
        }

        (IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata) = SafetensorsHeader.Parse(all.Slice(LengthBytes, (long)headerBytes));
        ByteRegion data = all.Slice(LengthBytes + (long)headerBytes, file.Length - LengthBytes - (long)headerBytes);
        CheckCover(entries, data);
        WeightTensor[] tensors = [.. entries.Select(e => new WeightTensor(e.Name, e.Type, data.Slice(e.Begin, e.End - e.Begin), TensorLayout.Contiguous(e.Shape)))];
        return new RawWeights(WeightFormat.Safetensors, tensors, [], metadata, [], []);
    }

    private static void CheckCover(IReadOnlyList<SafetensorsEntry> entries, ByteRegion data)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != end)
            {
                string how = entry.Begin < end ? "overlaps the tensor before it" : "leaves a gap before it";
                throw data.Error(Math.Min(end, data.Length), $"tensor {Printable.Quote(entry.Name)} at data bytes {entry.Begin} to {entry.End} {how}, which ends at {end}");
            }

            end = entry.End;
            if (end > data.Length)
            {
                throw data.Error(data.Length, $"tensor {Printable.Quote(entry.Name)} needs data bytes {entry.Begin} to {end}, but there are {data.Length}", "The file is cut off: fetch it again.");
            }
        }

        if (end != data.Length)
        {
            throw data.Error(end, $"{data.Length - end} bytes follow the last tensor");
        }
    }
}
