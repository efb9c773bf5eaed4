using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>One kind of file or folder, a row of <see cref="FileFormats"/>: either a <see cref="ReadFormat"/> or a <see cref="RefusedFormat"/>.</summary>
internal abstract record FileFormat
{
    /// <summary>What documents call it: <c>safetensors</c>. No other row has the name.</summary>
    public required string Name { get; init; }

    /// <summary>What a message calls one of its files: <c>a safetensors file</c>.</summary>
    public required string What { get; init; }

    /// <summary>True for what is of this kind, by content. Rows are asked in order: it may rely on the rows before it having said no.</summary>
    public required Func<FormatSource, bool> Recognises { get; init; }

    /// <summary>Asked where no row recognises a file: true for what a damaged file of this kind still has, so that its reader says what is wrong.</summary>
    public Func<FormatSource, bool> Resembles { get; init; } = _ => false;

    /// <summary>The weights, or an exception that names the file.</summary>
    public abstract RawWeights Read(FormatSource source);
}

/// <summary>A kind that is read.</summary>
internal sealed record ReadFormat : FileFormat
{
    /// <summary>What <see cref="WeightFile.Format"/> says; null where it is the format of a file that this one leads to.</summary>
    public required WeightFormat? Format { get; init; }

    /// <summary>How it is read, for the documents: a few words.</summary>
    public required string How { get; init; }

    /// <summary>Reads it.</summary>
    public required Func<FormatSource, RawWeights> Reader { get; init; }

    /// <summary>True where a file can hold several sets of weights under names, of which a caller may choose one.</summary>
    public required bool HasEntries { get; init; }

    /// <summary>Names under which folders of model hubs keep it, the likeliest first; wildcards as in <see cref="Directory.GetFiles(string, string)"/>.</summary>
    public required IReadOnlyList<string> UsualNames { get; init; }

    /// <summary>True where its weights are in other files, which it names.</summary>
    public bool LeadsToOthers { get; init; }

    public override RawWeights Read(FormatSource source) => source.StateDict is not { } asked || HasEntries
        ? Reader(source)
        : throw new CudaNetException($"there is one set of weights, and no entry {Printable.Quote(asked)} to choose") { File = source.Name, Hint = "Only PyTorch's checkpoints have several: leave the name out." };
}

/// <summary>A kind that is told by name and not read.</summary>
internal sealed record RefusedFormat : FileFormat
{
    /// <summary>What to do instead, a sentence.</summary>
    public required string Remedy { get; init; }

    /// <summary>What a message adds: facts of the file itself.</summary>
    public Func<FormatSource, string> Detail { get; init; } = _ => "";

    public override RawWeights Read(FormatSource source) => throw source.Error($"the {(source.IsFolder ? "folder" : "file")} looks like {What}{Detail(source)}", Remedy);
}
