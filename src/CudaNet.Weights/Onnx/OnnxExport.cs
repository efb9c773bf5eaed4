using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Writes a model as one ONNX file: nodes and values under the layers' names, initialisers under the parameters', fp32, and what the model says beside its
/// weights as metadata under the keys of a converted file (<c>docs/weights.md</c>).
/// </summary>
public static class OnnxExport
{
    /// <summary>The version of the operators; the file's own (IR) is 8. Both are ONNX 1.12's, of June 2022.</summary>
    public const int Opset = 17;

    /// <summary>How a file's name ends, in capitals or not, that is written as ONNX where the name decides.</summary>
    public const string Extension = ".onnx";

    /// <summary>No message of protocol buffers may be longer.</summary>
    private const long MostBytes = int.MaxValue;

    /// <summary>Writes to a file, under a temporary name beside it; what was written is read back and compared byte by byte before the file gets its name.</summary>
    /// <param name="model">The network; its weights are read as they are written, and not copied as a whole.</param>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="options">Null means the defaults: any batch, any size that the network takes, batch norms as layers, one output.</param>
    /// <param name="cancellation">Looked at before each tensor that is written or compared, and last before the file gets its name.</param>
    /// <exception cref="OperationCanceledException">It was cancelled: what was there before is left.</exception>
    /// <exception cref="CudaNetException">The model does not fit the options or the format, or the file cannot be written.</exception>
    public static OnnxExportSummary Write(Model model, string path, OnnxExportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        OnnxWriter writer = Prepare(model, options, cancellation, path);
        WrittenFile.Write(path, writer.Message.WriteTo, written => ComparingStream.Compare(written, writer.Message.WriteTo, path), cancellation);
        return writer.Summary;
    }

    /// <summary>Writes to a stream, which stays open; a failure or a cancellation leaves a part in it.</summary>
    /// <param name="model">As for a file.</param>
    /// <param name="stream">Writable; it need not be seekable.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="cancellation">Looked at before each tensor.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="CudaNetException">The model does not fit the options or the format.</exception>
    public static OnnxExportSummary Write(Model model, Stream stream, OnnxExportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(stream);
        OnnxWriter writer = Prepare(model, options, cancellation, null);
        writer.Message.WriteTo(stream);
        return writer.Summary;
    }

    /// <summary>Whether a name stands for an ONNX file where the name decides.</summary>
    internal static bool IsNameOfOne(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The file in the making, of a length that is possible.</summary>
    internal static OnnxWriter Prepare(Model model, OnnxExportOptions? options, CancellationToken cancellation, string? path)
    {
        options ??= new OnnxExportOptions();
        Check(options.Batch, nameof(options.Batch));
        Check(options.Height, nameof(options.Height));
        Check(options.Width, nameof(options.Width));
        GraphInput input = (GraphInput)model.Graph.Input.Op;
        OnnxWriter writer = new(model, options with { Height = options.Height ?? input.Height, Width = options.Width ?? input.Width }, cancellation);
        return writer.Message.Size <= MostBytes
            ? writer
            : throw new CudaNetException(string.Create(CultureInfo.InvariantCulture, $"an ONNX file of this model would have {writer.Message.Size:N0} bytes, and at most {MostBytes:N0} are possible"))
            {
                File = path,
                Hint = "Write safetensors instead, which has no such limit: a name that does not end in .onnx.",
            };
    }

    private static void Check(int? extent, string name)
    {
        if (extent <= 0)
        {
            throw new CudaNetException($"an ONNX file for images with {name} {extent}: it must be positive");
        }
    }
}
