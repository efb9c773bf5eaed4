using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace CudaNet.MlNet;

/// <summary>LoadImages, ResizeImages, ExtractPixels, DnnFeaturizeImage: what ML.NET's documentation shows.</summary>
internal sealed class MlNetPipeline : IDisposable
{
    private const string Image = nameof(Image), Resized = nameof(Resized), Pixels = nameof(Pixels), Features = nameof(Features);

    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _images;
    private readonly TransformerChain<TransformerChain<ColumnCopyingTransformer>> _transformer;

    /// <param name="files">Images of 224×224.</param>
    public MlNetPipeline(string[] files)
    {
        _images = _context.Data.LoadFromEnumerable(files.Select(f => new Row { Path = f }).ToArray());
        _transformer = _context.Transforms.LoadImages(Image, "", nameof(Row.Path))
            .Append(_context.Transforms.ResizeImages(Resized, OnnxRuntimeFeatures.Side, OnnxRuntimeFeatures.Side, Image))
            .Append(_context.Transforms.ExtractPixels(Pixels, Resized))
            .Append(_context.Transforms.DnnFeaturizeImage(Features, f => f.ModelSelector.ResNet18(_context, f.OutputColumn, f.InputColumn), Pixels))
            .Fit(_images);
    }

    /// <summary>The features of every image. The data view that the pipeline gives is lazy: reading the column is what loads, decodes and computes.</summary>
    public float[][] Run() => [.. _transformer.Transform(_images).GetColumn<float[]>(Features)];

    public void Dispose() => _transformer.Dispose();

    private sealed class Row
    {
        public string Path { get; init; } = "";
    }
}
