namespace CudaNet.Data;

/// <summary>
/// What a JPEG's markers say before it is decoded. The codec calls a progressive file whole that stops between two scans, where Pillow refuses
/// every file without the end marker; and each scan costs a pass over the whole image, so that a small file of empty scans could take hours.
/// </summary>
/// <param name="Scans">Start-of-scan markers up to the end; encoders write about ten in a progressive file.</param>
/// <param name="HasEnd">True where the end-of-image marker is reached.</param>
internal readonly record struct JpegStructure(int Scans, bool HasEnd)
{
    /// <summary>The most scans that are decoded, however few the pixels.</summary>
    public const int MaxScans = 100;

    /// <summary>The most scans of an image of the largest size allowed; a smaller one may have more in proportion.</summary>
    public const int MaxPasses = 16;

    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static JpegStructure Of(ReadOnlySpan<byte> jpeg)
    {
        int scans = 0;
        JpegSegments segments = new(jpeg);
        while (segments.Next())
        {
            if (segments.Marker == EndOfImage)
            {
                return new JpegStructure(scans, HasEnd: true);
            }

            scans += segments.Marker == StartOfScan ? 1 : 0;
        }

        return new JpegStructure(scans, HasEnd: false);
    }
}
