using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// An ONNX file whose graph makes a network's input of images, read as a <see cref="Preprocessing"/>: an order of channels, and arithmetic with constants, a number, one a channel, or an image.
/// </summary>
internal static class PreprocessingGraph
{
    private const int UsualSide = 224;

    /// <summary>A model's metadata with the file's preprocessing, which goes before its own.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="metadata">What the model's own files say: the size of its images, where the graph fixes none.</param>
    /// <param name="network">The network that takes the input.</param>
    /// <exception cref="CudaNetException">The file is none, or has what cannot be computed; it is named.</exception>
    public static ModelMetadata Apply(string path, ModelMetadata metadata, LayerGraph network)
    {
        GraphInput images = (GraphInput)network.Input.Op;
        Preprocessing rule = Read(path, images.Height ?? metadata.Preprocessing?.Height ?? UsualSide, images.Width ?? metadata.Preprocessing?.Width ?? UsualSide);
        return rule.Mean.Count == images.Channels
            ? metadata with { Preprocessing = rule, WhyNoPreprocessing = null, Origins = metadata.Origins with { Preprocessing = Path.GetFileName(path) } }
            : throw new CudaNetException($"gives images of {Counted(rule.Mean.Count)}, the network takes {images.Channels}") { File = path, Hint = "Name the file that belongs to this network." };
    }

    /// <summary>What a file says: bilinear as Pillow has it, stretched, as the graph takes images that are resized already.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="height">Rows, where the graph fixes none.</param>
    /// <param name="width">Columns, likewise.</param>
    /// <exception cref="CudaNetException">As <see cref="Apply"/>.</exception>
    public static Preprocessing Read(string path, int height, int width)
    {
        List<FileBytes> opened = [];
        try
        {
            FormatSource source = FormatSource.At(path, null, opened);
            if (source.IsFolder || !OnnxReader.IsOnnx(source))
            {
                throw new WeightFormatException("is no ONNX file, which a graph of preprocessing has to be") { File = path, Hint = "Options (--preset, --size, --mean, --std) say what needs no graph." };
            }

            return Rule(OnnxReader.ReadPreprocessing(source), height, width);
        }
        catch (OnnxProblem problem)
        {
            throw new WeightFormatException($"the ONNX graph is no preprocessing that can be computed: {problem.Message}")
            {
                File = path,
                Hint = "Possible are an order of channels, and arithmetic with constants: a number, one a channel, an image. Or preprocess elsewhere, and give tensors (.npy).",
            };
        }
        catch (CudaNetException exception)
        {
            exception.NameFile(path);
            throw;
        }
        finally
        {
            opened.ForEach(f => f.Dispose());
        }
    }

    private static Preprocessing Rule(OnnxImport import, int height, int width)
    {
        OnnxActivation output = import.Outputs is [var only] ? only : throw new OnnxProblem($"it gives {import.Outputs.Count} values, where one batch of images is expected");
        if (output.Rank != 4 || output.Padding != default)
        {
            throw new OnnxProblem("what it gives is no image of the input's size");
        }

        Stack<OnnxLayer> layers = new();
        for (OnnxLayer layer = output.Layer; layer.Op is not GraphInput; layer = layer.Inputs[0])
        {
            layers.Push(layer.Op is BatchNorm2d or Offset ? layer : throw new OnnxProblem(
                layer.Op is Conv2d { KernelHeight: 1, KernelWidth: 1 } ? $"{Printable.Quote(layer.Name)} gives some channels twice, or not all of them" : $"{Printable.Quote(layer.Name)} is a {layer.Op.Kind}"));
        }

        GraphInput images = (GraphInput)import.Layers[0].Op;
        (height, width) = (images.Height ?? height, images.Width ?? width);
        if (images.Channels is not (1 or 3) || height > Preprocessing.MaxSide || width > Preprocessing.MaxSide)
        {
            throw new OnnxProblem($"it takes images of {Counted(images.Channels)} and {images.Height}×{images.Width} pixels, supported are 1 channel or 3 and sides up to {Preprocessing.MaxSide}");
        }

        if (output.IsChannelsLast)
        {
            throw new OnnxProblem("it gives N×H×W×C, and networks here take N×C×H×W");
        }

        PixelArithmetic arithmetic = new(images.Channels, height, width);
        foreach (OnnxLayer layer in layers)
        {
            arithmetic.Add(layer);
        }

        return arithmetic.Rule(output.Channels);
    }

    private static string Counted(int channels) => channels == 1 ? "1 channel" : $"{channels} channels";
}
