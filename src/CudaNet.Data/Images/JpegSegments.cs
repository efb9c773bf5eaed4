namespace CudaNet.Data;

/// <summary>Walks over the markers of a JPEG and the entropy-coded data between them (ITU-T T.81, annex B); nothing of either is judged.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> jpeg)
{
    private const byte MarkerStart = 0xFF, StuffedByte = 0x00, Temporary = 0x01;
    private const byte FirstRestart = 0xD0, EndOfImage = 0xD9;

    private ReadOnlySpan<byte> _rest = jpeg;

    /// <summary>The marker's second byte.</summary>
    public byte Marker { get; private set; }

    /// <summary>The segment behind its two length bytes, as far as it is there; empty where the marker has none.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes on to the next marker; false where there is none.</summary>
    public bool Next()
    {
        // Up to the marker: entropy-coded data, or stray bytes between segments, which decoders skip as well.
        for (int at = _rest.IndexOf(MarkerStart); at >= 0 && at + 1 < _rest.Length; at = _rest.IndexOf(MarkerStart))
        {
            byte marker = _rest[at + 1];
            _rest = _rest[(marker == MarkerStart ? at + 1 : at + 2)..];
            if (marker is MarkerStart or StuffedByte or Temporary)
            {
                continue;
            }

            // A segment's two length bytes count themselves.
            int length = marker is >= FirstRestart and <= EndOfImage ? 0 : _rest.Length < 2 ? _rest.Length : Math.Min(Math.Max((_rest[0] << 8) | _rest[1], 2), _rest.Length);
            Marker = marker;
            Content = _rest[Math.Min(2, length)..length];
            _rest = _rest[length..];
            return true;
        }

        return false;
    }
}
