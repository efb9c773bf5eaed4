using CudaNet.Engine;
using SkiaSharp;

namespace CudaNet.Data;

/// <summary>
/// Reads JPEG, PNG, WebP, BMP and the first frame of GIF to 8-bit RGB, to the bytes of Pillow's <c>convert('RGB')</c>: no colour management,
/// alpha dropped without having been multiplied in, the high byte of 16-bit samples. <c>docs/images.md</c> lists formats, limits and the
/// differences that remain. Stateless; any thread.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Reads and decodes the file <paramref name="path"/>, of at most <see cref="ImageDecoderOptions.MaxBytes"/>.</summary>
    /// <exception cref="ImageFormatException">The file is no image, damaged, truncated or too large; it is named.</exception>
    /// <exception cref="CudaNetException">It is missing, unreadable, or a folder, pipe or device.</exception>
    public static PixelImage Decode(string path, ImageDecoderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Decode(InputBytes.Read(path, MaxBytes(options)), options, path);
    }

    /// <summary>
    /// Reads a stream from its position to its end and decodes it, to the same pixels as a file of these bytes. It need not be seekable, and is not
    /// closed. Memory for its bytes stays below three times what has come, and 64 KiB.
    /// </summary>
    /// <param name="stream">The whole file; at most <see cref="ImageDecoderOptions.MaxBytes"/>.</param>
    /// <param name="options">Null means <see cref="ImageDecoderOptions.Default"/>.</param>
    /// <param name="name">What errors call the image; null means <c>(stream)</c>.</param>
    /// <exception cref="ImageFormatException">The bytes are no image, damaged, truncated, too many, or declare more pixels than allowed.</exception>
    /// <exception cref="CudaNetException">The stream fails; its own exception is inside.</exception>
    public static PixelImage Decode(Stream stream, ImageDecoderOptions? options = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        name ??= "(stream)";
        return Decode(InputBytes.Read(stream, name, MaxBytes(options)), options, name);
    }

    /// <summary>Decodes an image in memory, to the same pixels as a file of these bytes; they are copied.</summary>
    /// <param name="bytes">The whole file; at most <see cref="ImageDecoderOptions.MaxBytes"/>.</param>
    /// <param name="options">Null means <see cref="ImageDecoderOptions.Default"/>.</param>
    /// <param name="name">What errors call the image; null means <c>(bytes)</c>.</param>
    /// <exception cref="ImageFormatException">The bytes are no image, damaged, truncated, too many, or declare more pixels than allowed.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> bytes, ImageDecoderOptions? options = null, string? name = null)
    {
        options ??= ImageDecoderOptions.Default;
        name ??= "(bytes)";
        if (bytes.Length > options.MaxBytes)
        {
            throw InputBytes.TooMany(name, options.MaxBytes);
        }

        PixelImage image = DecodeColours(bytes, options, name);
        return options.ReadAsGrey ? image.ToLuminance() : image;
    }

    private static PixelImage DecodeColours(ReadOnlySpan<byte> bytes, ImageDecoderOptions options, string name)
    {
        if (ImageFormats.Sniff(bytes) is not SKEncodedImageFormat format)
        {
            throw UnreadFiles.Refuse(bytes, name);
        }

        if (BmpSixteenBits.Find(bytes) is { } bmp && format == SKEncodedImageFormat.Bmp)
        {
            CheckLimits(bmp.Width, bmp.Height, 1, options, name);
            return bmp.Decode(bytes) ?? throw Failed(SKCodecResult.IncompleteInput, "Bmp image", name);
        }

        int scans = format == SKEncodedImageFormat.Jpeg ? CountScans(bytes, name) : 1;
        SKEncodedOrigin origin = options.ApplyExifOrientation ? MetadataOrientation.Of(bytes, format, name) : SKEncodedOrigin.Default;
        using SKData data = CodecLibrary.Copy(bytes);
        return Decode(data, format, scans, origin, options, name);
    }

    private static PixelImage Decode(SKData data, SKEncodedImageFormat format, int scans, SKEncodedOrigin origin, ImageDecoderOptions options, string name)
    {
        if (format == SKEncodedImageFormat.Gif)
        {
            GifTransparency.Remove(data.Span);
        }

        using SKMemoryStream stream = new(data);
        using SKCodec? codec = SKCodec.Create(stream, out SKCodecResult opened);
        if (codec is null || codec.EncodedFormat != format)
        {
            throw Failed(opened, $"{format} header", name);
        }

        SKImageInfo declared = codec.Info;
        CheckLimits(declared.Width, declared.Height, scans, options, name);

        // Without a colour space nothing is converted; unpremultiplied, colour survives where alpha is 0.
        SKAlphaType alpha = declared.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        SKImageInfo wanted = new(declared.Width, declared.Height, SKColorType.Rgba8888, alpha, colorspace: null);
        using SKBitmap bitmap = new();
        if (!bitmap.TryAllocPixels(wanted))
        {
            throw new ImageFormatException($"there is no memory for {wanted.Width}×{wanted.Height} pixels") { File = name };
        }

        SKCodecResult decoded = codec.GetPixels(wanted, bitmap.GetPixels());
        if (decoded != SKCodecResult.Success)
        {
            throw Failed(decoded, $"{format} image", name);
        }

        return Orientation.ToRgb(bitmap.GetPixelSpan(), wanted.Height, wanted.Width, origin);
    }

    private static long MaxBytes(ImageDecoderOptions? options) => (options ?? ImageDecoderOptions.Default).MaxBytes;

    private static void CheckLimits(int width, int height, int scans, ImageDecoderOptions options, string name)
    {
        string size = $"the header declares {width}×{height} pixels";
        if (width > ImageDecoderOptions.MaxSide || height > ImageDecoderOptions.MaxSide)
        {
            throw new ImageFormatException($"{size}; a side may have {ImageDecoderOptions.MaxSide}") { File = name };
        }

        long pixels = (long)width * height;
        if (pixels > options.MaxPixels)
        {
            throw new ImageFormatException($"{size}, more than the limit of {options.MaxPixels}")
            {
                File = name,
                Hint = $"If the file is trusted, raise {nameof(ImageDecoderOptions)}.{nameof(ImageDecoderOptions.MaxPixels)}.",
            };
        }

        if (scans * pixels > JpegStructure.MaxPasses * (Int128)options.MaxPixels)
        {
            throw new ImageFormatException($"{size} in {scans} scans, more work than {JpegStructure.MaxPasses} scans of the limit of {options.MaxPixels} pixels") { File = name };
        }
    }

    /// <summary>The scans of a JPEG that has its end, and not too many of them for an image of any size.</summary>
    private static int CountScans(ReadOnlySpan<byte> bytes, string name)
    {
        JpegStructure structure = JpegStructure.Of(bytes);
        if (structure.WhyNot is { } why)
        {
            throw new ImageFormatException($"is {why}, which is not decoded") { File = name, Hint = "Save it as a JPEG of 8 bits, baseline or progressive, or as PNG." };
        }

        if (!structure.HasEnd)
        {
            throw Failed(SKCodecResult.IncompleteInput, "Jpeg image", name);
        }

        if (structure.Scans > JpegStructure.MaxScans)
        {
            throw new ImageFormatException($"has {structure.Scans} scans; at most {JpegStructure.MaxScans} are decoded") { File = name };
        }

        return structure.Scans;
    }

    private static ImageFormatException Failed(SKCodecResult result, string what, string name) => new(result switch
    {
        SKCodecResult.IncompleteInput => $"the {what} is truncated",
        _ => $"the {what} is damaged or of a kind that is not supported ({result})",
    })
    {
        File = name,
        Hint = "Supported are " + ImageFormats.Supported + ".",
    };
}
