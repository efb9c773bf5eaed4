namespace CudaNet.Data;

/// <summary>
/// Makes a GIF's first frame opaque. The codec writes 0 for a transparent pixel; with the flag cleared it writes the palette's colour, which is
/// what is left when alpha is dropped. The walk over blocks follows the GIF89a specification, and stops at the first thing it does not know.
/// </summary>
internal static class GifTransparency
{
    private const byte Extension = 0x21, GraphicControl = 0xF9;

    public static void Remove(Span<byte> gif)
    {
        const int ScreenFlags = 10, ScreenEnd = 13;
        if (gif.Length <= ScreenEnd)
        {
            return;
        }

        int at = ScreenEnd + ((gif[ScreenFlags] & 0x80) != 0 ? 3 << ((gif[ScreenFlags] & 7) + 1) : 0);
        while (at + 4 <= gif.Length && gif[at] == Extension)
        {
            if (gif[at + 1] == GraphicControl && gif[at + 2] == 4)
            {
                gif[at + 3] &= 0xFE;
            }

            at = EndOfSubBlocks(gif, at + 2);
        }
    }

    private static int EndOfSubBlocks(ReadOnlySpan<byte> gif, int at)
    {
        while (at < gif.Length && gif[at] != 0)
        {
            at += gif[at] + 1;
        }

        return at + 1;
    }
}
