using System.Buffers.Binary;

namespace CudaNet.Data;

/// <summary>
/// A BMP of 16 bits a pixel, as Pillow reads it: five bits a colour, or six for green, scaled to 255 and cut off. The codec rounds instead. The layout
/// follows Microsoft's description of BITMAPINFOHEADER and its relatives.
/// </summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="IsTopDown">True where the first row is the upper one.</param>
/// <param name="GreenBits">5 or 6.</param>
/// <param name="Start">Where the first row begins in the file.</param>
internal sealed record BmpSixteenBits(int Width, int Height, bool IsTopDown, int GreenBits, long Start)
{
    private const int FileHeaderBytes = 14, OldHeaderBytes = 12, HeaderBytes = 40, MaskBytes = 12;
    private const uint Uncompressed = 0, Masks = 3;

    private long RowBytes => 2L * Width;

    private long Stride => (RowBytes + 3) & ~3L;

    /// <summary>What the header says; null for any other image, and where the codec has to judge it.</summary>
    public static BmpSixteenBits? Find(ReadOnlySpan<byte> file)
    {
        // A small image is shorter than a long header: each is asked for its own length.
        if (file.Length < FileHeaderBytes + OldHeaderBytes)
        {
            return null;
        }

        ReadOnlySpan<byte> header = file[FileHeaderBytes..];
        uint bytes = Number(header, 0), start = Number(file, 10);
        if (bytes == OldHeaderBytes)
        {
            return BinaryPrimitives.ReadUInt16LittleEndian(header[10..]) == 16
                ? Of(BinaryPrimitives.ReadUInt16LittleEndian(header[4..]), BinaryPrimitives.ReadUInt16LittleEndian(header[6..]), 5, start == 0 ? FileHeaderBytes + bytes : start)
                : null;
        }

        if (bytes is not (HeaderBytes or 52 or 56 or 64 or 108 or 124) || header.Length < HeaderBytes || BinaryPrimitives.ReadUInt16LittleEndian(header[14..]) != 16)
        {
            return null;
        }

        uint compression = Number(header, 16);
        int greenBits = compression == Uncompressed ? 5 : compression == Masks && header.Length >= HeaderBytes + MaskBytes ? GreenBitsOf(header[HeaderBytes..]) : 0;
        uint end = FileHeaderBytes + bytes + (compression == Masks && bytes == HeaderBytes ? MaskBytes : 0u);
        return greenBits == 0 ? null : Of(Number(header, 4), (int)Number(header, 8), greenBits, start == 0 ? end : start);
    }

    /// <summary>The pixels; null where the file ends before them.</summary>
    public PixelImage? Decode(ReadOnlySpan<byte> file)
    {
        if (file.Length < Start + ((Height - 1) * Stride) + RowBytes)
        {
            return null;
        }

        byte[] rgb = GC.AllocateUninitializedArray<byte>(checked(Width * Height * 3));
        int written = 0, greenMost = (1 << GreenBits) - 1;
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<byte> row = file.Slice((int)(Start + ((IsTopDown ? y : Height - 1 - y) * Stride)), (int)RowBytes);
            for (; row.Length > 0; row = row[2..], written += 3)
            {
                int pixel = BinaryPrimitives.ReadUInt16LittleEndian(row);
                rgb[written] = (byte)(((pixel >> (5 + GreenBits)) & 31) * 255 / 31);
                rgb[written + 1] = (byte)(((pixel >> 5) & greenMost) * 255 / greenMost);
                rgb[written + 2] = (byte)((pixel & 31) * 255 / 31);
            }
        }

        return new PixelImage(Height, Width, rgb);
    }

    /// <summary>Those of green, where the masks are ones that Pillow knows; otherwise 0.</summary>
    private static int GreenBitsOf(ReadOnlySpan<byte> masks) => (Number(masks, 0), Number(masks, 4), Number(masks, 8)) switch
    {
        (0x7C00, 0x3E0, 0x1F) => 5,
        (0xF800, 0x7E0, 0x1F) => 6,
        _ => 0,
    };

    /// <summary>Null where the sides make no sense.</summary>
    private static BmpSixteenBits? Of(uint width, int height, int greenBits, uint start) =>
        width is 0 or > int.MaxValue || height is 0 or int.MinValue ? null : new BmpSixteenBits((int)width, Math.Abs(height), height < 0, greenBits, start);

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
