using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What MODEL stands for: a file's model, or a bare architecture where the command needs no weights.</summary>
/// <param name="Graph">The layers.</param>
/// <param name="Model">The model; null for an architecture's name.</param>
internal sealed record ModelSource(LayerGraph Graph, Model? Model) : IDisposable
{
    /// <summary>The side that is used where neither the model nor the person says one.</summary>
    private static readonly ImageSize UsualSize = new(224, 224);

    /// <summary>A file first; where there is none, an architecture.</summary>
    /// <param name="text">A path, or a name.</param>
    /// <param name="open">Opens a file.</param>
    public static ModelSource Open(string text, Func<string, Model> open)
    {
        if (Path.Exists(text))
        {
            Model model = open(text);
            return new ModelSource(model.Graph, model);
        }

        return ResNet.Names.Contains(text)
            ? new ModelSource(ResNet.Build(text), null)
            : throw new CudaNetException("there is no such file, nor an architecture of that name") { File = text, Hint = $"Architectures are {string.Join(", ", ResNet.Names)}." };
    }

    /// <summary>The input's shape: as asked, as the model's metadata says, the only one that it takes, or 224×224.</summary>
    public TensorShape InputShape(ImageSize? asked, int batch)
    {
        ImageSize size = asked ?? (Model?.Metadata.Preprocessing is { } own ? new ImageSize(own.Height, own.Width) : Fixed(Graph));
        return new TensorShape(batch, Graph.InputChannels, size.Height, size.Width);
    }

    private static ImageSize Fixed(LayerGraph graph) => graph.Input.Op is GraphInput { Height: var height, Width: var width } ? new ImageSize(height ?? UsualSize.Height, width ?? UsualSize.Width) : UsualSize;

    public void Dispose() => Model?.Dispose();
}
