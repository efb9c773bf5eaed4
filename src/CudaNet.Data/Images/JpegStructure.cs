namespace CudaNet.Data;

/// <summary>
/// What a JPEG's markers say before it is decoded. The codec calls a progressive file whole that stops between two scans, where Pillow refuses
/// every file without the end marker; and each scan costs a pass over the whole image, so that a small file of empty scans could take hours.
/// </summary>
/// <param name="Scans">Start-of-scan markers up to the end; encoders write about ten in a progressive file.</param>
/// <param name="HasEnd">True where the end-of-image marker is reached.</param>
/// <param name="WhyNot">What kind of JPEG it is that is not decoded, in words; null for one that is.</param>
internal readonly record struct JpegStructure(int Scans, bool HasEnd, string? WhyNot)
{
    /// <summary>The most scans that are decoded, however few the pixels.</summary>
    public const int MaxScans = 100;

    /// <summary>The most scans of an image of the largest size allowed; a smaller one may have more in proportion.</summary>
    public const int MaxPasses = 16;

    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static JpegStructure Of(ReadOnlySpan<byte> jpeg)
    {
        int scans = 0;
        string? whyNot = null;
        JpegSegments segments = new(jpeg);
        while (segments.Next())
        {
            if (segments.Marker == EndOfImage)
            {
                return new JpegStructure(scans, HasEnd: true, whyNot);
            }

            scans += segments.Marker == StartOfScan ? 1 : 0;
            whyNot ??= Unread(segments.Marker, segments.Content);
        }

        return new JpegStructure(scans, HasEnd: false, whyNot);
    }

    /// <summary>By the start of a frame: its marker is the coding, its first byte the bits a sample (T.81, table B.1; T.87 for JPEG-LS).</summary>
    private static string? Unread(byte marker, ReadOnlySpan<byte> frame) => marker switch
    {
        0xC0 or 0xC1 or 0xC2 or 0xC9 or 0xCA when frame.Length > 0 && frame[0] != 8 => $"a JPEG of {frame[0]} bits a sample",
        0xC3 => "a lossless JPEG",
        0xC5 or 0xC6 or 0xC7 => "a hierarchical JPEG",
        0xCB => "a lossless, arithmetic-coded JPEG",
        0xCD or 0xCE or 0xCF => "a hierarchical, arithmetic-coded JPEG",
        0xF7 => "a JPEG-LS image",
        _ => null,
    };
}
