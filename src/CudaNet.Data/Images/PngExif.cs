using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CudaNet.Data;

/// <summary>
/// The EXIF data of a PNG, which the codec passes over: the chunk <c>eXIf</c>, or, where there is none, its older twin, the text
/// <c>Raw profile type exif</c> in a chunk <c>tEXt</c>, <c>zTXt</c> or <c>iTXt</c>, which has the bytes as hexadecimal digits after three lines. The last of
/// several counts, as in Pillow. The layout follows the PNG specification, third edition.
/// </summary>
internal static class PngExif
{
    /// <summary>The most that a text may unpack to.</summary>
    private const int MostTextBytes = 1 << 20;

    private const int SignatureBytes = 8, AroundChunk = 12;

    private static ReadOnlySpan<byte> Keyword => "Raw profile type exif\0"u8;

    /// <summary>The data; empty where there is none, or it is damaged.</summary>
    /// <exception cref="ImageFormatException">A text that should have it unpacks to more than any has.</exception>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> png, string name)
    {
        ReadOnlySpan<byte> exif = default;
        byte[] twin = [];
        for (ReadOnlySpan<byte> rest = png[Math.Min(SignatureBytes, png.Length)..]; rest.Length >= AroundChunk;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - AroundChunk)
            {
                break;
            }

            ReadOnlySpan<byte> type = rest.Slice(4, 4), content = rest.Slice(8, (int)length);
            rest = rest[(AroundChunk + (int)length)..];
            if (type.SequenceEqual("eXIf"u8))
            {
                exif = content;
            }
            else if (content.StartsWith(Keyword) && Text(type, content[Keyword.Length..], name) is { } text)
            {
                twin = Profile(text);
            }
        }

        return exif.IsEmpty ? twin : exif;
    }

    /// <summary>The text after the keyword; null where the chunk is none of text.</summary>
    private static string? Text(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, string name)
    {
        if (type.SequenceEqual("tEXt"u8))
        {
            return Encoding.Latin1.GetString(content);
        }

        if (type.SequenceEqual("zTXt"u8))
        {
            return content.Length > 0 && content[0] == 0 ? Encoding.Latin1.GetString(Unpack(content[1..], name)) : "";
        }

        if (!type.SequenceEqual("iTXt"u8))
        {
            return null;
        }

        // Flag, method, then the language and the keyword in it, each with a zero behind it.
        ReadOnlySpan<byte> rest = content.Length > 2 ? content[2..] : default;
        for (int i = 0; i < 2; i++)
        {
            int zero = rest.IndexOf((byte)0);
            rest = zero < 0 ? default : rest[(zero + 1)..];
        }

        return rest.IsEmpty ? "" : Encoding.UTF8.GetString(content[0] == 0 ? rest : content[1] == 0 ? Unpack(rest, name) : default);
    }

    private static ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> packed, string name)
    {
        byte[] text = new byte[MostTextBytes + 1];
        try
        {
            using ZLibStream stream = new(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return length <= MostTextBytes
                ? text.AsSpan(0, length)
                : throw new ImageFormatException($"its EXIF text unpacks to more than {MostTextBytes} bytes") { File = name };
        }
        catch (InvalidDataException)
        {
            return default;
        }
    }

    private static byte[] Profile(string text)
    {
        string digits = string.Concat(text.Split('\n').Skip(3).SelectMany(line => line.Where(c => !char.IsWhiteSpace(c))));
        try
        {
            return Convert.FromHexString(digits);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
