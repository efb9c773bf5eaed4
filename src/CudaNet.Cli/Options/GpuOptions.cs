using System.CommandLine;
using System.Globalization;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary><c>--batch-bits</c>, <c>--autotune</c> and <c>--cache</c>: what only a GPU's backend takes.</summary>
internal sealed class GpuOptions
{
    private const string ChunkWord = "chunk:";

    private readonly Option<string?> _batchBits = new("--batch-bits")
    {
        HelpName = $"checked|{ChunkWord}K|ignore",
        Description = "How an image's bits are kept from depending on its batch on a GPU: checked (default) when a layer is loaded, by calls of K images each, or not at all.",
    };

    private readonly Option<bool> _fused = new("--fused") { Description = "Each convolution with what follows it in one call of cuDNN on a GPU, where that runs it." };

    private readonly Option<string?> _graph = ValueOptions.Choice("--graph", "Whether passes on a GPU become one launch of a graph after the first.", ["on", "off"]);

    private readonly Option<bool> _autotune = new("--autotune") { Description = "Chooses each convolution's algorithm, arithmetic and layout on a GPU by time." };

    private readonly Option<string?> _cache = new("--cache") { HelpName = "FILE", Description = "Keeps what was checked and chosen on a GPU in a file, for later runs." };

    public GpuOptions(Command command)
    {
        _batchBits.CompletionSources.Add("checked", $"{ChunkWord}8", "ignore");
        _batchBits.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => Parse(t.Value) is null) is { } wrong)
            {
                result.AddError($"'{wrong.Value}' does not fit {_batchBits.Name}: one of checked, {ChunkWord}K with K from 1, ignore.");
            }
        });
        command.Add(_fused);
        command.Add(_graph);
        command.Add(_batchBits);
        command.Add(_autotune);
        command.Add(_cache);
    }

    /// <summary>The first of these options that was given; null where none was.</summary>
    public string? Given(ParseResult arguments) =>
        arguments.GetValue(_fused) ? _fused.Name
        : arguments.GetValue(_graph) is not null ? _graph.Name
        : arguments.GetValue(_batchBits) is not null ? _batchBits.Name
        : arguments.GetValue(_autotune) ? _autotune.Name
        : arguments.GetValue(_cache) is not null ? _cache.Name
        : null;

    /// <summary>What was asked for, in words behind the backend's; nothing where nothing was.</summary>
    public string Describe(ParseResult arguments) =>
        $"{(arguments.GetValue(_fused) ? ", fused" : "")}{(arguments.GetValue(_graph) == "off" ? ", call by call" : "")}{(arguments.GetValue(_batchBits) is { } bits ? $", batch bits {Parse(bits)}" : "")}";

    public CudaOptions Apply(ParseResult arguments, CudaOptions options) => options with
    {
        FusedConvolutions = arguments.GetValue(_fused),
        Graph = arguments.GetValue(_graph) == "off" ? CudaGraphs.Off : CudaGraphs.On,
        BatchBits = arguments.GetValue(_batchBits) is { } bits ? Parse(bits)!.Value : options.BatchBits,
        Autotune = arguments.GetValue(_autotune),
        CacheFile = arguments.GetValue(_cache),
    };

    private static BatchBits? Parse(string text) => text switch
    {
        "checked" => BatchBits.Checked,
        "ignore" => BatchBits.Ignore,
        _ => text.StartsWith(ChunkWord, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(ChunkWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int images) && images > 0 ? BatchBits.Chunk(images) : null,
    };
}
