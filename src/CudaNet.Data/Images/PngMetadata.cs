using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>
/// The EXIF and XMP data of a PNG, which the codec passes over. EXIF is the chunk <c>eXIf</c>, or, where there is none, its older twin, the text
/// <c>Raw profile type exif</c>, which has the bytes as hexadecimal digits after three lines; XMP is the text <c>XML:com.adobe.xmp</c>. A text stands in a chunk <c>tEXt</c>, <c>zTXt</c>
/// or <c>iTXt</c>. Which of several counts is Pillow's choice, and only that one is unpacked. The layout follows the PNG specification, third edition.
/// </summary>
internal ref struct PngMetadata
{
    /// <summary>The most that a text may unpack to: Pillow's limit.</summary>
    private const int MostTextBytes = 1 << 20;

    /// <summary>The most packed bytes that are looked at: a text that needs more has been packed to grow.</summary>
    private const int MostPackedBytes = 2 * MostTextBytes;

    private const int SignatureBytes = 8, AroundChunk = 12, LinesBeforeDigits = 3;

    private bool _hasExif;
    private ReadOnlySpan<byte> _exif;
    private Text _profile;
    private Text _xmp;

    /// <summary>The orientation; null where the file has none, or it is damaged.</summary>
    /// <exception cref="ImageFormatException">A text that may have it unpacks to more than any has.</exception>
    public static SKEncodedOrigin? Orientation(ReadOnlySpan<byte> png, string name)
    {
        PngMetadata found = Find(png);
        return ExifOrientation.Of(found._hasExif ? found._exif : Profile(found._profile.Read(name))) ?? XmpOrientation.Of(found._xmp.Read(name));
    }

    /// <summary>Walks over the chunks: to the image data where EXIF data stands before it, otherwise to the end of the image, or of an animation's first frame.</summary>
    private static PngMetadata Find(ReadOnlySpan<byte> png)
    {
        PngMetadata found = default;
        bool isBehindData = false;
        for (ReadOnlySpan<byte> rest = png[Math.Min(SignatureBytes, png.Length)..]; rest.Length >= AroundChunk;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            ReadOnlySpan<byte> type = rest.Slice(4, 4);
            bool isData = type.SequenceEqual("IDAT"u8) || type.SequenceEqual("fdAT"u8);
            if (length > rest.Length - AroundChunk || type.SequenceEqual("IEND"u8) || (isData && found._hasExif && !isBehindData) || (isBehindData && type.SequenceEqual("fcTL"u8)))
            {
                break;
            }

            isBehindData |= isData;
            found.Take(type, rest.Slice(8, (int)length));
            rest = rest[(AroundChunk + (int)length)..];
        }

        return found;
    }

    /// <summary>Looks at a chunk; one of the same kind that came before is forgotten.</summary>
    private void Take(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        if (type.SequenceEqual("eXIf"u8))
        {
            _hasExif = true;
            _exif = content;
            return;
        }

        bool isPlain = type.SequenceEqual("tEXt"u8), isPacked = type.SequenceEqual("zTXt"u8);
        if (!isPlain && !isPacked && !type.SequenceEqual("iTXt"u8))
        {
            return;
        }

        int zero = content.IndexOf((byte)0);
        ReadOnlySpan<byte> key = zero < 0 ? content : content[..zero], rest = zero < 0 ? default : content[(zero + 1)..];
        bool isProfile = key.SequenceEqual("Raw profile type exif"u8);
        if (!isProfile && !key.SequenceEqual("XML:com.adobe.xmp"u8))
        {
            return;
        }

        Text text = isPlain ? new Text(rest, isPacked: false) : isPacked ? Text.Packed(rest) : Text.International(rest);
        if (text.IsText && isProfile)
        {
            _profile = text;
        }
        else if (text.IsText)
        {
            _xmp = text;
        }
    }

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

    /// <summary>A text behind its keyword, as the chunk has it.</summary>
    private readonly ref struct Text(ReadOnlySpan<byte> bytes, bool isPacked)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly bool _isPacked = isPacked;

        /// <summary>False of a chunk that is not as the specification has it, and of none.</summary>
        public bool IsText { get; } = true;

        /// <summary>A method, then the text.</summary>
        public static Text Packed(ReadOnlySpan<byte> content) => content is [0, ..] ? new Text(content[1..], isPacked: true) : new Text(default, isPacked: false);

        /// <summary>A flag, a method, then the language and the keyword in it, each with a zero behind it, then the text.</summary>
        public static Text International(ReadOnlySpan<byte> content)
        {
            if (content.Length < 2 || (content[0] != 0 && content[1] != 0))
            {
                return default;
            }

            ReadOnlySpan<byte> rest = content[2..];
            for (int i = 0; i < 2; i++)
            {
                int zero = rest.IndexOf((byte)0);
                if (zero < 0)
                {
                    return default;
                }

                rest = rest[(zero + 1)..];
            }

            return new Text(rest, isPacked: content[0] != 0);
        }

        /// <summary>The text, unpacked; empty where it is damaged.</summary>
        public ReadOnlySpan<byte> Read(string name)
        {
            if (!_isPacked)
            {
                return _bytes;
            }

            byte[] text = new byte[MostTextBytes + 1];
            try
            {
                using ZLibStream stream = new(new MemoryStream(_bytes[..Math.Min(_bytes.Length, MostPackedBytes)].ToArray()), CompressionMode.Decompress);
                int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
                return length <= MostTextBytes
                    ? text.AsSpan(0, length)
                    : throw new ImageFormatException($"its EXIF or XMP text unpacks to more than {MostTextBytes} bytes") { File = name };
            }
            catch (InvalidDataException)
            {
                return default;
            }
        }
    }
}
