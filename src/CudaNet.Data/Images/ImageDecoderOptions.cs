namespace CudaNet.Data;

/// <summary>What <see cref="ImageDecoder"/> applies and how much it accepts. Immutable.</summary>
public sealed record ImageDecoderOptions
{
    /// <summary>The default of <see cref="MaxPixels"/>: a quarter GiB of RGB, the size from which Pillow warns of decompression bombs.</summary>
    public const long DefaultMaxPixels = 89_478_485;

    /// <summary>The default of <see cref="MaxBytes"/>: 1 GiB; no photograph is larger.</summary>
    public const long DefaultMaxBytes = 1 << 30;

    /// <summary>No side may be longer, whatever <see cref="MaxPixels"/> says: JPEG's own limit.</summary>
    public const int MaxSide = 65_535;

    /// <summary>The defaults.</summary>
    public static ImageDecoderOptions Default { get; } = new();

    /// <summary>
    /// Turns and mirrors the pixels as the file's EXIF orientation says. Off by default, as in PIL, torchvision and timm: pixels come as stored.
    /// </summary>
    public bool ApplyExifOrientation { get; init; }

    /// <summary>Makes every image its luminance, in all three channels (<see cref="PixelImage.ToLuminance"/>).</summary>
    public bool ReadAsGrey { get; init; }

    /// <summary>The most pixels that an image may declare; tested on its header, before anything is allocated for it.</summary>
    public long MaxPixels { get; init; } = DefaultMaxPixels;

    /// <summary>The most bytes that a file, a stream or bytes may have; beyond 2 GiB, the longest array, nothing changes.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;
}
