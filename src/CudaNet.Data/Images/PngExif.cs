using System.Buffers.Binary;
using System.IO.Compression;

namespace CudaNet.Data;

/// <summary>
/// The EXIF data of a PNG, which the codec passes over: the chunk <c>eXIf</c>, or, where there is none, its older twin, the text
/// <c>Raw profile type exif</c> in a chunk <c>tEXt</c>, <c>zTXt</c> or <c>iTXt</c>, which has the bytes as hexadecimal digits after three lines. The last of
/// several counts, as in Pillow, and only that one is unpacked. The layout follows the PNG specification, third edition.
/// </summary>
internal static class PngExif
{
    /// <summary>The most that a text may have, or unpack to.</summary>
    private const int MostTextBytes = 1 << 20;

    /// <summary>The most packed bytes that are looked at: a text that needs more has been packed to grow.</summary>
    private const int MostPackedBytes = 2 * MostTextBytes;

    private const int SignatureBytes = 8, AroundChunk = 12, LinesBeforeDigits = 3;

    private static ReadOnlySpan<byte> Keyword => "Raw profile type exif\0"u8;

    /// <summary>The data; empty where there is none, or it is damaged.</summary>
    /// <exception cref="ImageFormatException">A text that should have it is longer than any is.</exception>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> png, string name)
    {
        ReadOnlySpan<byte> exif = default, textType = default, text = default;
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
            else if (content.StartsWith(Keyword) && (type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8)))
            {
                textType = type;
                text = content[Keyword.Length..];
            }
        }

        return exif.IsEmpty ? Profile(Text(textType, text, name)) : exif;
    }

    /// <summary>The text of a chunk of that type, behind its keyword.</summary>
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content, string name)
    {
        if (type.SequenceEqual("zTXt"u8))
        {
            return content.Length > 0 && content[0] == 0 ? Unpack(content[1..], name) : default;
        }

        if (!type.SequenceEqual("iTXt"u8))
        {
            return Bounded(content, name);
        }

        // Flag, method, then the language and the keyword in it, each with a zero behind it.
        ReadOnlySpan<byte> rest = content.Length > 2 ? content[2..] : default;
        for (int i = 0; i < 2; i++)
        {
            int zero = rest.IndexOf((byte)0);
            rest = zero < 0 ? default : rest[(zero + 1)..];
        }

        return rest.IsEmpty ? default : content[0] == 0 ? Bounded(rest, name) : content[1] == 0 ? Unpack(rest, name) : default;
    }

    private static ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> packed, string name)
    {
        byte[] text = new byte[MostTextBytes + 1];
        try
        {
            using ZLibStream stream = new(new MemoryStream(packed[..Math.Min(packed.Length, MostPackedBytes)].ToArray()), CompressionMode.Decompress);
            return Bounded(text.AsSpan(0, stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)), name);
        }
        catch (InvalidDataException)
        {
            return default;
        }
    }

    private static ReadOnlySpan<byte> Bounded(ReadOnlySpan<byte> text, string name) => text.Length <= MostTextBytes
        ? text
        : throw new ImageFormatException($"its EXIF text unpacks to more than {MostTextBytes} bytes") { File = name };

    /// <summary>The bytes whose digits follow three lines, two digits a byte, with white space between bytes and new lines anywhere; empty where it is anything else.</summary>
    private static ReadOnlySpan<byte> Profile(ReadOnlySpan<byte> text)
    {
        for (int line = 0; line < LinesBeforeDigits; line++)
        {
            int end = text.IndexOf((byte)'\n');
            text = end < 0 ? default : text[(end + 1)..];
        }

        byte[] bytes = new byte[text.Length / 2];
        int digits = 0;
        foreach (byte character in text)
        {
            if (char.IsAsciiHexDigit((char)character))
            {
                int value = char.IsAsciiDigit((char)character) ? character - '0' : (character | 0x20) - 'a' + 10;
                bytes[digits / 2] |= (byte)(digits % 2 == 0 ? value << 4 : value);
                digits++;
            }
            else if (character != '\n' && (digits % 2 != 0 || character is not ((byte)' ' or (>= 9 and <= 13))))
            {
                return default;
            }
        }

        return digits % 2 == 0 ? bytes.AsSpan(0, digits / 2) : default;
    }
}
