using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>
/// The header of NumPy's <c>.npy</c> format, versions 1 to 3: magic, version, length, then a Python dictionary with the element type, the order
/// and the shape. Source: NumPy's <c>numpy.lib.format</c> documentation.
/// </summary>
/// <param name="ElementType">NumPy's name, <c>&lt;f4</c> for fp32.</param>
/// <param name="IsFortranOrder">True where the first index runs fastest.</param>
/// <param name="Extents">The shape, outermost first.</param>
internal sealed partial record NpyHeader(string ElementType, bool IsFortranOrder, IReadOnlyList<long> Extents)
{
    private const int MaxTextBytes = 1 << 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The bytes before the data, padded to a multiple of 64 as NumPy does.</summary>
    public byte[] ToBytes()
    {
        string shape = string.Concat(Extents.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e}, ")));
        shape = Extents.Count == 1 ? shape.TrimEnd() : shape.TrimEnd(' ', ',');
        string text = $"{{'descr': '{ElementType}', 'fortran_order': {(IsFortranOrder ? "True" : "False")}, 'shape': ({shape}), }}";
        int total = (Magic.Length + 4 + text.Length + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[total];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes);
        (bytes[6], bytes[7], bytes[^1]) = (1, 0, (byte)'\n');
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10));
        return bytes;
    }

    /// <summary>Reads a header and leaves the stream at the first byte of data.</summary>
    /// <exception cref="CudaNetException">It is no header, or one that is not understood.</exception>
    public static NpyHeader Read(Stream stream, string file)
    {
        try
        {
            Span<byte> start = stackalloc byte[12];
            stream.ReadExactly(start[..8]);
            if (!start[..6].SequenceEqual(Magic) || start[6] is < 1 or > 3)
            {
                throw new CudaNetException("is no .npy file of version 1, 2 or 3") { File = file, Offset = 0 };
            }

            int lengthBytes = start[6] == 1 ? 2 : 4;
            stream.ReadExactly(start.Slice(8, lengthBytes));
            uint length = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
            if (length > MaxTextBytes)
            {
                throw new CudaNetException($"the .npy header declares {length} bytes; at most {MaxTextBytes} are read") { File = file, Offset = 8 };
            }

            byte[] text = new byte[length];
            stream.ReadExactly(text);
            return Parse(Encoding.UTF8.GetString(text), file);
        }
        catch (EndOfStreamException exception)
        {
            throw new CudaNetException("the .npy header is truncated", exception) { File = file };
        }
    }

    private static NpyHeader Parse(string text, string file)
    {
        Match type = TypePattern().Match(text), order = OrderPattern().Match(text), shape = ShapePattern().Match(text);
        if (!type.Success || !order.Success || !shape.Success)
        {
            throw new CudaNetException("the .npy header names no plain element type, order and shape")
            {
                File = file,
                Hint = "Structured and object arrays are not read.",
            };
        }

        List<long> extents = [];
        foreach (string extent in shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Python 2 wrote long integers: 2L.
            if (!long.TryParse(extent.EndsWith('L') ? extent[..^1] : extent, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || extents.Count == TensorShape.MaxRank)
            {
                throw new CudaNetException($"the .npy header's shape ({shape.Groups[1].Value.Trim()}) is not understood") { File = file };
            }

            extents.Add(value);
        }

        return new NpyHeader(type.Groups[1].Value, order.Groups[1].Value == "True", extents);
    }

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]{1,16})['"]""")]
    private static partial Regex TypePattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([0-9L, ]*)\)""")]
    private static partial Regex ShapePattern();
}
