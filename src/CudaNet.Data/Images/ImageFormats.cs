using SkiaSharp;

namespace CudaNet.Data;

/// <summary>The formats that are decoded, by their first bytes and by their file extensions.</summary>
internal static class ImageFormats
{
    public const string Supported = "JPEG, PNG, WebP, BMP and GIF";

    private static readonly HashSet<string> Extensions =
        new([".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".gif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>True where a file of that name is taken from a folder.</summary>
    public static bool HasExtension(ReadOnlySpan<char> fileName) => Extensions.Contains(Path.GetExtension(fileName).ToString());

    /// <summary>The format that the first bytes announce, or null.</summary>
    public static SKEncodedImageFormat? Sniff(ReadOnlySpan<byte> bytes) => bytes switch
    {
        _ when bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) => SKEncodedImageFormat.Jpeg,
        _ when bytes.Length > 0 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG\r\n\u001A\n"u8) => SKEncodedImageFormat.Png,
        _ when bytes.StartsWith("RIFF"u8) && bytes.Length >= 12 && bytes[8..].StartsWith("WEBP"u8) => SKEncodedImageFormat.Webp,
        _ when bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) => SKEncodedImageFormat.Gif,
        _ when bytes.StartsWith("BM"u8) => SKEncodedImageFormat.Bmp,
        _ => null,
    };
}
