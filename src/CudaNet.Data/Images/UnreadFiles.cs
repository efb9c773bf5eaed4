using System.Text;

namespace CudaNet.Data;

/// <summary>Says of bytes that are no image that can be decoded what they are, by their start, and what to do.</summary>
internal static class UnreadFiles
{
    private const int StartBytes = 1024;
    private const string Supported = $"Supported are {ImageFormats.Supported}.", Save = $"Save it as one that is read. {Supported}", Fetch = $"Fetch the image itself again. {Supported}";

    /// <summary>Starts by their offset; in Latin-1.</summary>
    private static readonly (int Offset, string Start, string What, string Hint)[] Starts =
    [
        (0, "II*\0", "a TIFF image, or a camera's raw file", Save),
        (0, "MM\0*", "a TIFF image, or a camera's raw file", Save),
        (0, "II+\0", "a BigTIFF image", Save),
        (0, "MM\0+", "a BigTIFF image", Save),
        (0, "\u00FF\u000A", "a JPEG XL image", Save),
        (4, "JXL \r\n\u0087\n", "a JPEG XL image", Save),
        (4, "jP  \r\n\u0087\n", "a JPEG 2000 image", Save),
        (0, "\u00FFO\u00FFQ", "a JPEG 2000 image", Save),
        (0, "8BPS", "a Photoshop image", Save),
        (0, "\0\0\u0001\0", "an icon (.ico)", Save),
        (0, "qoif", "a QOI image", Save),
        (0, "v/1\u0001", "an OpenEXR image", Save),
        (0, "\u0028\0\0\0", "a bitmap without a file's header", Save),
        (128, "DICM", "a DICOM image", Save),
        (0, "%PDF-", "a PDF document", Save),
        (0, "\u0093NUMPY", "a NumPy array", "Name it .npy: a tensor is told by its name."),
        (0, "version https://git-lfs", "a Git LFS pointer, not the file itself", "Run `git lfs pull` where it was cloned."),
        (0, "PK\u0003\u0004", "a zip archive or a PyTorch checkpoint", "Name the model first, then the images; unpack an archive of images."),
        (0, "\u001F\u008B", "a compressed file (gzip)", "Unpack it."),
        (0, "\u0089HDF", "an HDF5 file", Supported),
        (0, "RIFF", "a RIFF file (sound or video)", Supported),
    ];

    /// <summary>The brands of an ISO base media file's <c>ftyp</c> box, major first (ISO/IEC 23008-12; AV1 Image File Format).</summary>
    private static readonly (string Brand, string What)[] Brands =
    [
        ("avif", "an AVIF image"), ("avis", "an AVIF sequence"), ("heic", "a HEIC image"), ("heix", "a HEIC image"), ("heim", "a HEIC image"), ("heis", "a HEIC image"),
        ("hevc", "a HEIC sequence"), ("hevx", "a HEIC sequence"), ("crx ", "a camera's raw file (CR3)"), ("mif1", "a HEIF image"), ("msf1", "a HEIF sequence"),
    ];

    /// <summary>The exception for them.</summary>
    public static ImageFormatException Refuse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
        {
            return new ImageFormatException("is empty") { File = name };
        }

        string start = Encoding.Latin1.GetString(bytes[..Math.Min(StartBytes, bytes.Length)]);
        return Known(start) is var (what, hint)
            ? new ImageFormatException($"is {what}, no image that is read") { File = name, Hint = hint }
            : new ImageFormatException($"is no image of a known format (it starts with {Convert.ToHexString(bytes[..Math.Min(8, bytes.Length)])})") { File = name, Hint = Supported };
    }

    private static (string What, string Hint)? Known(string start)
    {
        foreach ((int offset, string magic, string what, string hint) in Starts)
        {
            if (start.Length >= offset + magic.Length && start.AsSpan(offset).StartsWith(magic, StringComparison.Ordinal))
            {
                return (what, hint);
            }
        }

        return Box(start) is { } image ? (image, Save) : Text(start);
    }

    private static string? Box(string start)
    {
        if (start.Length < 12 || start[4..8] != "ftyp")
        {
            return null;
        }

        int end = Math.Min((start[2] << 8) | start[3], start.Length);
        string[] brands = [start[8..12], .. Enumerable.Range(4, Math.Max(0, (end / 4) - 4)).Select(i => start.Substring(i * 4, 4))];
        return brands.Select(b => Brands.FirstOrDefault(known => known.Brand == b && b is not ("mif1" or "msf1")).What).FirstOrDefault(w => w is not null)
            ?? Brands.FirstOrDefault(known => brands.Contains(known.Brand)).What
            ?? "a video (MP4 or QuickTime)";
    }

    private static (string What, string Hint)? Text(string start)
    {
        string text = start.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal) ? start[3..] : start;
        string trimmed = text.TrimStart();
        if (trimmed.StartsWith('<'))
        {
            return text.Contains("<svg", StringComparison.OrdinalIgnoreCase) ? ("an SVG drawing", Save)
                : text.Contains("<html", StringComparison.OrdinalIgnoreCase) || text.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase) ? ("a web page: the download went wrong", Fetch)
                : ("XML", Fetch);
        }

        bool readable = text.Length >= 8 && !text.AsSpan().ContainsAnyInRange('\0', '\u0008') && !text.AsSpan().ContainsAnyInRange('\u000E', '\u001F') && !text.Contains('\u007F', StringComparison.Ordinal)
            && text.Count(c => c > '\u007F') * 4 <= text.Length;
        return readable ? ($"text: '{text[..Math.Min(30, text.Length)].Split('\n')[0].TrimEnd()}…'", Fetch) : null;
    }
}
