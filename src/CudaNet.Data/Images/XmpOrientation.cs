using SkiaSharp;

namespace CudaNet.Data;

/// <summary>The orientation in XMP data: <c>tiff:Orientation</c>, an attribute or an element, found as Pillow does, without reading the XML around it.</summary>
internal static class XmpOrientation
{
    private static ReadOnlySpan<byte> Property => "tiff:Orientation"u8;

    /// <summary>The first, that of stored pixels where it is none of EXIF's eight; null where there is none.</summary>
    public static SKEncodedOrigin? Of(ReadOnlySpan<byte> xmp)
    {
        for (int at = xmp.IndexOf(Property); at >= 0; at = xmp.IndexOf(Property))
        {
            xmp = xmp[(at + Property.Length)..];
            int before = xmp.StartsWith("=\""u8) ? 2 : xmp.StartsWith(">"u8) ? 1 : xmp.Length;
            if (before < xmp.Length && char.IsAsciiDigit((char)xmp[before]))
            {
                int value = xmp[before] - '0';
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.Default;
            }
        }

        return null;
    }
}
