using System.Buffers.Binary;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>The orientation in EXIF data: tag 274 of the first directory of a TIFF header, as TIFF 6.0 and EXIF 2.32 have it.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112, Short = 3, Long = 4;
    private const int HeaderBytes = 8, EntryBytes = 12;

    /// <summary>The orientation; that of stored pixels where the data has none or is damaged.</summary>
    /// <param name="exif">The data, with <c>Exif</c> and two zeros before it or without.</param>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> exif)
    {
        while (exif.StartsWith("Exif\0\0"u8))
        {
            exif = exif[6..];
        }

        bool isBig = exif.StartsWith("MM"u8);
        if (exif.Length < HeaderBytes || !(isBig || exif.StartsWith("II"u8)) || Short16(exif, 2, isBig) != 42)
        {
            return SKEncodedOrigin.Default;
        }

        uint at = Long32(exif, 4, isBig);
        if (at > exif.Length - 2)
        {
            return SKEncodedOrigin.Default;
        }

        ReadOnlySpan<byte> entries = exif[(int)(at + 2)..];
        for (int left = Short16(exif, (int)at, isBig); left > 0 && entries.Length >= EntryBytes; left--, entries = entries[EntryBytes..])
        {
            if (Short16(entries, 0, isBig) == Tag && Long32(entries, 4, isBig) == 1)
            {
                uint value = Short16(entries, 2, isBig) switch
                {
                    Short => Short16(entries, 8, isBig),
                    Long => Long32(entries, 8, isBig),
                    _ => 0,
                };
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.Default;
            }
        }

        return SKEncodedOrigin.Default;
    }

    private static ushort Short16(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Long32(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
