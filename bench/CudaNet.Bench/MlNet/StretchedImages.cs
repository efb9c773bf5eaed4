using CudaNet.Data;
using CudaNet.Engine;
using SkiaSharp;

namespace CudaNet.Bench;

/// <summary>Photographs as PNG files of the network's size, in a folder that goes away with this: whoever reads them sees the same pixels, and has none to make.</summary>
internal sealed class StretchedImages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cudanet-ml-net-");

    /// <param name="photographs">Their folder.</param>
    /// <param name="side">Rows and columns of the PNG files.</param>
    /// <param name="copies">Files of each photograph.</param>
    /// <exception cref="CudaNetException">There is no photograph, or one cannot be decoded.</exception>
    public StretchedImages(string photographs, int side, int copies)
    {
        try
        {
            Preprocessor stretch = new(new Preprocessing(side, side, Interpolation.Bilinear, null, [0, 0, 0], [1, 1, 1]));
            IReadOnlyList<InputFile> inputs = InputFiles.Expand([photographs]).Files;
            Count = inputs.Count;
            Files = [.. Enumerable.Range(0, Count * copies).Select(i => Path.Combine(Folder, $"{i:d8}.png"))];
            for (int i = 0; i < Count; i++)
            {
                byte[] png = Encode(stretch.Resize(ImageDecoder.Decode(inputs[i].Path)));
                for (int copy = 0; copy < copies; copy++)
                {
                    File.WriteAllBytes(Files[(copy * Count) + i], png);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Photographs.</summary>
    public int Count { get; }

    /// <summary>The files, in ordinal order; the photographs take turns.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Their folder.</summary>
    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private static byte[] Encode(PixelImage image)
    {
        using SKBitmap bitmap = new(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> target = bitmap.GetPixelSpan();
        for (int i = 0; i < image.Height * image.Width; i++)
        {
            image.Rgb.Slice(3 * i, 3).CopyTo(target[(4 * i)..]);
            target[(4 * i) + 3] = byte.MaxValue;
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
