using System.Buffers.Binary;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>
/// The orientation in EXIF data: tag 274 of the first directory of a TIFF header, as TIFF 6.0 and EXIF 2.32 have it. As in Pillow the last of several counts, its first value
/// whatever numeric type that has; entries without values or of unknown types are passed over, and the directory ends at one whose values are not in the data.
/// </summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const int HeaderBytes = 8, EntryBytes = 12, BytesInEntry = 4;

    /// <summary>The orientation, that of stored pixels where it is none of EXIF's eight; null where the data has none.</summary>
    /// <param name="exif">The data, with <c>Exif</c> and two zeros before it or without.</param>
    public static SKEncodedOrigin? Of(ReadOnlySpan<byte> exif)
    {
        while (exif.StartsWith("Exif\0\0"u8))
        {
            exif = exif[6..];
        }

        bool isBig = exif.StartsWith("MM"u8);
        if (exif.Length < HeaderBytes || !(isBig || exif.StartsWith("II"u8)) || exif[2..4] is not ([42, 0] or [0, 42]))
        {
            return null;
        }

        uint at = Long(exif[4..], isBig);
        if (at > exif.Length - 2)
        {
            return null;
        }

        SKEncodedOrigin? found = null;
        ReadOnlySpan<byte> entries = exif[(int)(at + 2)..];
        for (int left = Short(exif[(int)at..], isBig); left > 0 && entries.Length >= EntryBytes; left--, entries = entries[EntryBytes..])
        {
            ushort type = Short(entries[2..], isBig);
            ulong bytes = Long(entries[4..], isBig) * UnitBytes(type);
            uint start = Long(entries[8..], isBig);
            if (bytes > BytesInEntry && start + bytes > (ulong)exif.Length)
            {
                break;
            }

            if (bytes > 0 && Short(entries, isBig) == Tag)
            {
                double value = First(bytes > BytesInEntry ? exif[(int)start..] : entries[8..], type, isBig);
                found = value is >= 1 and <= 8 && value == Math.Floor(value) ? (SKEncodedOrigin)value : SKEncodedOrigin.Default;
            }
        }

        return found;
    }

    /// <summary>The bytes of a value; 0 of an unknown type.</summary>
    private static ulong UnitBytes(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 => 8,
        _ => 0,
    };

    /// <summary>The first value; 0 of bytes and text, which Pillow takes for no number.</summary>
    private static double First(ReadOnlySpan<byte> values, ushort type, bool isBig) => type switch
    {
        3 => Short(values, isBig),
        4 or 13 => Long(values, isBig),
        5 => (double)Long(values, isBig) / Long(values[4..], isBig),
        6 => (sbyte)values[0],
        8 => (short)Short(values, isBig),
        9 => (int)Long(values, isBig),
        10 => (double)(int)Long(values, isBig) / (int)Long(values[4..], isBig),
        11 => BitConverter.UInt32BitsToSingle(Long(values, isBig)),
        12 => isBig ? BinaryPrimitives.ReadDoubleBigEndian(values) : BinaryPrimitives.ReadDoubleLittleEndian(values),
        16 => isBig ? BinaryPrimitives.ReadUInt64BigEndian(values) : BinaryPrimitives.ReadUInt64LittleEndian(values),
        _ => 0,
    };

    private static ushort Short(ReadOnlySpan<byte> bytes, bool isBig) => isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool isBig) => isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
