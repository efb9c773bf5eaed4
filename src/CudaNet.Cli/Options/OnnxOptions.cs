using System.CommandLine;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary><c>--batch</c>, <c>--input</c>, <c>--fold</c> and <c>--layer</c>: how a model becomes an ONNX graph.</summary>
internal sealed class OnnxOptions
{
    private readonly Option<int?> _batch = SharedOptions.OptionalBatch("ONNX: images a run of the graph takes; default: any number.");
    private readonly Option<ImageSize?> _input = SharedOptions.Size("--input", "ONNX: the size of the images that the graph takes; default: any. The file's metadata is --size's matter.");
    private readonly Option<bool> _fold = new("--fold") { Description = "ONNX: make batch norms part of the convolutions before them." };
    private readonly Option<string[]> _layers = SharedOptions.Layers("ONNX: a layer whose value the graph returns beside its output: a name, an alias, a scope, or all. Repeatable.");

    public OnnxOptions(Command command)
    {
        command.Add(_batch);
        command.Add(_input);
        command.Add(_fold);
        command.Add(_layers);
    }

    /// <summary>What was asked for, layers as they were named; null for an output of another format.</summary>
    /// <exception cref="UsageException">One of them was given, and the output is no ONNX file.</exception>
    public OnnxExportOptions? Read(ParseResult arguments, string output)
    {
        if (output.EndsWith(OnnxExport.Extension, StringComparison.OrdinalIgnoreCase))
        {
            ImageSize? size = arguments.GetValue(_input);
            return new OnnxExportOptions
            {
                Batch = arguments.GetValue(_batch),
                Height = size?.Height,
                Width = size?.Width,
                FoldBatchNorms = arguments.GetValue(_fold),
                Layers = arguments.GetValue(_layers)!,
            };
        }

        Option[] given = [.. ((Option[])[_batch, _input, _fold, _layers]).Where(o => arguments.GetResult(o) is { Implicit: false })];
        return given.Length == 0 ? null : throw new UsageException($"{given[0].Name} is for ONNX, and the name {Printable.Quote(output)} does not end in {OnnxExport.Extension}: it would be a safetensors file, which has weights and no graph");
    }
}
