namespace CudaNet.Data;

/// <summary>
/// Tells whether a JPEG reaches its end-of-image marker. The codec calls a progressive file whole that stops between two scans; Pillow refuses
/// every file without the marker. The walk over segments and entropy-coded data follows ITU-T T.81, annex B.
/// </summary>
internal static class JpegTrailer
{
    private const byte MarkerStart = 0xFF, StuffedByte = 0x00, FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9, Temporary = 0x01;

    public static bool IsPresent(ReadOnlySpan<byte> jpeg)
    {
        int at = 0;
        while (true)
        {
            // Entropy-coded data, or a stray byte between segments, which decoders skip as well.
            int start = jpeg[at..].IndexOf(MarkerStart);
            if (start < 0 || at + start + 1 >= jpeg.Length)
            {
                return false;
            }

            at += start + 1;
            byte marker = jpeg[at];
            if (marker == EndOfImage)
            {
                return true;
            }

            bool standsAlone = marker is StuffedByte or Temporary or StartOfImage or (>= FirstRestart and <= LastRestart);
            if (standsAlone)
            {
                at++;
            }
            else if (marker != MarkerStart)
            {
                // A segment: its two length bytes count themselves.
                at += at + 3 <= jpeg.Length ? 1 + Math.Max((jpeg[at + 1] << 8) | jpeg[at + 2], 2) : 1;
            }

            if (at >= jpeg.Length)
            {
                return false;
            }
        }
    }
}
