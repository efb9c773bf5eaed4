using System.Globalization;
using System.Security.Cryptography;
using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Tests.Data;

/// <summary>The arrays that Pillow, torchvision, timm and OpenCV made, by name: their digests, and how the project makes the same pixels.</summary>
internal static class ReferencePixels
{
    public static IReadOnlyList<ReferenceArray> All { get; } =
    [
        .. File.ReadLines(Repository.Data("resize.sha256")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' '))
            .Select(f => new ReferenceArray(f[3], f[0], int.Parse(f[1], CultureInfo.InvariantCulture), int.Parse(f[2], CultureInfo.InvariantCulture))),
    ];

    public static PixelImage Make(ReferenceArray array)
    {
        int slash = array.Name.IndexOf('/', StringComparison.Ordinal);
        (string image, string method) = (array.Name[..slash], array.Name[(slash + 1)..]);
        if (image == "formats")
        {
            return ImageDecoder.Decode(Repository.Data(array.Name));
        }

        Preprocessing rule = method switch
        {
            "torchvision-resize256-crop224" => Preprocessing.Torchvision,
            "timm-bicubic-crop224-pct0.875" => Preprocessing.Timm with { Crop = 0.875 },
            "timm-bicubic-crop224-pct0.95" => Preprocessing.Timm,
            _ => Preprocessing.Albumentations with { Height = array.Height, Width = array.Width, Interpolation = Filter(method) },
        };
        return new Preprocessor(rule).Resize(ImageDecoder.Decode(Repository.File($"samples/{image}")));
    }

    public static string Digest(PixelImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Rgb));

    private static Interpolation Filter(string method) => method[..method.LastIndexOf('-')] switch
    {
        "pillow-bilinear" => Interpolation.Bilinear,
        "pillow-bicubic" => Interpolation.Bicubic,
        "opencv-linear" => Interpolation.OpenCvLinear,
        _ => throw new ArgumentException(method),
    };
}
