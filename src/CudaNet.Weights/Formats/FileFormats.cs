using System.Text;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// The one table of formats. Opening, messages, <see cref="WeightFormats"/>, the documents' tables, the fuzzers' targets and the tests' samples all come
/// from it: <c>docs/adding-a-weight-format.md</c>.
/// </summary>
internal static class FileFormats
{
    /// <summary>What to do with a file that is none of them.</summary>
    public static string Remedy { get; } = $"CudaNet reads {string.Join(", ", ReadFormats.Files.Select(f => f.Name))}: save the weights as one of these.";

    /// <summary>Every row, in the order in which they are asked.</summary>
    public static IReadOnlyList<FileFormat> All { get; } = [.. ReadFormats.Files, .. ReadFormats.Folders, .. RefusedFormats.All];

    /// <summary>The rows that are read.</summary>
    public static IEnumerable<ReadFormat> Read => All.OfType<ReadFormat>();

    /// <summary>The row of a file or folder.</summary>
    /// <exception cref="WeightFormatException">It is of no kind that any row knows.</exception>
    public static FileFormat Recognise(FormatSource source)
    {
        if (!source.IsFolder && source.Bytes.Length == 0)
        {
            throw new WeightFormatException("the file is empty") { File = source.Name, Hint = "Download or export it again." };
        }

        return All.FirstOrDefault(f => f.Recognises(source)) ?? All.FirstOrDefault(f => f.Resembles(source)) ?? throw Unknown(source);
    }

    /// <summary>The weights of a file or folder of any kind that is read.</summary>
    /// <exception cref="CudaNetException">It cannot be read; the file is always named.</exception>
    public static RawWeights ReadAny(FormatSource source)
    {
        RawWeights raw = Named(source, () => Recognise(source).Read(source));
        new ReadBudget(source.Name, source.OpenedBytes).Take(raw.Tensors);
        return raw with { File = raw.File ?? source.Name, Network = raw.Network ?? Network(raw, source) };
    }

    /// <summary>The network that a file's metadata describes; null where names and shapes have to tell it.</summary>
    private static RawNetwork? Network(RawWeights raw, FormatSource source)
    {
        if (!raw.Metadata.TryGetValue(MetadataKeys.Graph, out string? graph))
        {
            return null;
        }

        return Named(source, () => new RawNetwork(raw.Metadata.GetValueOrDefault(MetadataKeys.Architecture, "network"), GraphMetadata.Read(graph)));
    }

    /// <summary>The result; an exception names the file, if not another one.</summary>
    private static T Named<T>(FormatSource source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CudaNetException exception)
        {
            exception.NameFile(source.Name);
            throw;
        }
    }

    private static WeightFormatException Unknown(FormatSource source)
    {
        if (source.IsFolder)
        {
            return source.Error("the folder is of no known kind", Remedy);
        }

        ReadOnlySpan<byte> start = source.Start;
        bool text = !start.ContainsAnyExceptInRange((byte)9, (byte)126);
        return source.Error(
            text ? $"the file looks like text: {Printable.Quote(Encoding.ASCII.GetString(start[..Math.Min(40, start.Length)]))}"
                : $"the file is of no known kind (it starts with {Convert.ToHexString(start[..Math.Min(8, start.Length)])})",
            Remedy);
    }
}
