namespace CudaNet.Data;

/// <summary>
/// What a JPEG's markers say before it is decoded. The codec calls a progressive file whole that stops between two scans, where Pillow refuses
/// every file without the end marker; and each scan costs a pass over the whole image, so that a small file of empty scans could take hours.
/// The walk over segments and entropy-coded data follows ITU-T T.81, annex B.
/// </summary>
/// <param name="Scans">Start-of-scan markers up to the end; encoders write about ten in a progressive file.</param>
/// <param name="HasEnd">True where the end-of-image marker is reached.</param>
internal readonly record struct JpegStructure(int Scans, bool HasEnd)
{
    /// <summary>The most scans that are decoded, however few the pixels.</summary>
    public const int MaxScans = 100;

    /// <summary>The most scans of an image of the largest size allowed; a smaller one may have more in proportion.</summary>
    public const int MaxPasses = 16;

    private const byte MarkerStart = 0xFF, StuffedByte = 0x00, Temporary = 0x01;
    private const byte FirstRestart = 0xD0, StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static JpegStructure Of(ReadOnlySpan<byte> jpeg)
    {
        int scans = 0;
        for (int at = 0; at < jpeg.Length;)
        {
            // Up to the marker: entropy-coded data, or stray bytes between segments, which decoders skip as well.
            int skipped = jpeg[at..].IndexOf(MarkerStart);
            at += skipped + 1;
            if (skipped < 0 || at == jpeg.Length)
            {
                break;
            }

            byte marker = jpeg[at];
            if (marker == EndOfImage)
            {
                return new JpegStructure(scans, HasEnd: true);
            }

            scans += marker == StartOfScan ? 1 : 0;
            at += marker switch
            {
                MarkerStart => 0,
                StuffedByte or Temporary or (>= FirstRestart and <= StartOfImage) => 1,
                _ => 1 + SegmentLength(jpeg[(at + 1)..]),
            };
        }

        return new JpegStructure(scans, HasEnd: false);
    }

    /// <summary>A segment's two length bytes count themselves.</summary>
    private static int SegmentLength(ReadOnlySpan<byte> segment) =>
        segment.Length < 2 ? segment.Length : Math.Max((segment[0] << 8) | segment[1], 2);
}
