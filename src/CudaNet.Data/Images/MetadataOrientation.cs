using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>How an image file says that its pixels are to be turned: its EXIF data, or its XMP data where those have no orientation, as Pillow's <c>exif_transpose</c>.</summary>
internal static class MetadataOrientation
{
    /// <summary>What lies behind so many bytes of EXIF data in a JPEG, whose segments have 64 KiB each, holds no orientation.</summary>
    private const int MostExifBytes = 1 << 20;

    private static ReadOnlySpan<byte> JpegExif => "Exif\0\0"u8;

    private static ReadOnlySpan<byte> JpegXmp => "http://ns.adobe.com/xap/1.0/\0"u8;

    /// <summary>The orientation; that of stored pixels where the file says nothing that is understood.</summary>
    /// <exception cref="ImageFormatException">A text that may say it is longer than any is.</exception>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> image, SKEncodedImageFormat format, string name) => format switch
    {
        SKEncodedImageFormat.Jpeg => OfJpeg(image),
        SKEncodedImageFormat.Png => PngMetadata.Orientation(image, name),
        SKEncodedImageFormat.Webp => OfWebp(image),
        _ => null,
    } ?? SKEncodedOrigin.Default;

    /// <summary>Segments before the first scan: all of EXIF are one, the last of XMP counts.</summary>
    private static SKEncodedOrigin? OfJpeg(ReadOnlySpan<byte> jpeg)
    {
        const byte Application1 = 0xE1, StartOfScan = 0xDA;
        ReadOnlySpan<byte> exif = default, xmp = default;
        List<byte>? joined = null;
        JpegSegments segments = new(jpeg);
        while (segments.Next() && segments.Marker != StartOfScan)
        {
            ReadOnlySpan<byte> content = segments.Marker == Application1 ? segments.Content : default;
            if (content.StartsWith(JpegXmp))
            {
                xmp = content[JpegXmp.Length..];
            }
            else if (!content.StartsWith(JpegExif))
            {
                continue;
            }
            else if (exif.IsEmpty)
            {
                exif = content;
            }
            else if (exif.Length < MostExifBytes)
            {
                joined ??= [.. exif];
                joined.AddRange(content[JpegExif.Length..]);
                exif = CollectionsMarshal.AsSpan(joined);
            }
        }

        return ExifOrientation.Of(exif) ?? XmpOrientation.Of(xmp);
    }

    /// <summary>The first chunk of each kind, where the file's flags say that it has some.</summary>
    private static SKEncodedOrigin? OfWebp(ReadOnlySpan<byte> webp)
    {
        const int FileHeaderBytes = 12, ChunkHeaderBytes = 8, SizeAt = 4, HasExif = 8, HasXmp = 4;
        ReadOnlySpan<byte> exif = default, xmp = default;
        int flags = 0;
        for (ReadOnlySpan<byte> rest = webp[FileHeaderBytes..]; rest.Length >= ChunkHeaderBytes;)
        {
            ReadOnlySpan<byte> type = rest[..SizeAt];
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(rest[SizeAt..]);
            rest = rest[ChunkHeaderBytes..];
            if (size > rest.Length)
            {
                break;
            }

            ReadOnlySpan<byte> content = rest[..(int)size];
            rest = rest[Math.Min((int)(size + (size & 1)), rest.Length)..];
            if (type.SequenceEqual("VP8X"u8) && size > 0)
            {
                flags = content[0];
            }
            else if (exif.IsEmpty && (flags & HasExif) != 0 && type.SequenceEqual("EXIF"u8))
            {
                exif = content;
            }
            else if (xmp.IsEmpty && (flags & HasXmp) != 0 && type.SequenceEqual("XMP "u8))
            {
                xmp = content;
            }
        }

        return ExifOrientation.Of(exif) ?? XmpOrientation.Of(xmp);
    }
}
