using System.Globalization;
using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Tells a ResNet's configuration from the names and shapes of its tensors: block kind, depths, widths, inner widths, groups (from the input
/// channels of the 3×3 convolutions), stem, classes, image channels. What is missing here and there is filled in from its neighbours,
/// so that all misfits can be reported together afterwards.
/// </summary>
internal static partial class ArchitectureInference
{
    private const int MaxStages = 9;
    private const int MaxBlocks = 1000;

    /// <summary>What a refusal has to add.</summary>
    public static string Supported { get; } = $"Supported are {string.Join(", ", ResNet.Names)} and their variants with other widths and depths.";

    /// <summary>The configuration, under its published name where it has one.</summary>
    /// <exception cref="CudaNetException">The tensors are no ResNet's, or a relative's with another structure.</exception>
    public static ResNetConfig Infer(IReadOnlyDictionary<string, TensorShape> shapes)
    {
        IReadOnlyList<string> relatives = RelativeNames.Find(shapes);
        if (relatives.Count > 0)
        {
            throw new CudaNetException($"the weights belong to a relative of ResNet that has {string.Join("; and ", relatives)}")
            {
                Hint = Supported,
            };
        }

        TensorShape stem = Shape(shapes, "conv1.weight", 4) ?? throw NotResNet(shapes.Keys);
        int[] depths = Depths(shapes);
        bool bottleneck = shapes.Keys.Any(n => Bottleneck().IsMatch(n));
        int[] widths = new int[depths.Length];
        int[] inner = new int[depths.Length];
        HashSet<int> groups = [];
        for (int stage = 0; stage < depths.Length; stage++)
        {
            string[] blocks = [.. Enumerable.Range(0, depths[stage]).Select(b => $"layer{stage + 1}.{b}.")];
            widths[stage] = First(shapes, blocks, bottleneck ? "conv3.weight" : "conv2.weight") ?? First(shapes, blocks, bottleneck ? "bn3.weight" : "bn2.weight")
                ?? throw Unknown(blocks[0], "width");
            inner[stage] = !bottleneck ? widths[stage] : First(shapes, blocks, "conv2.weight") ?? First(shapes, blocks, "conv1.weight") ?? throw Unknown(blocks[0], "inner width");
            if (bottleneck && First(shapes, blocks, "conv2.weight", axis: 1) is { } each)
            {
                groups.Add(each > 0 && inner[stage] % each == 0 ? inner[stage] / each : throw Unknown(blocks[0], "number of groups"));
            }
        }

        ResNetConfig config = new()
        {
            Block = bottleneck ? ResNetBlock.Bottleneck : ResNetBlock.Basic,
            Depths = depths,
            Widths = widths,
            InnerWidths = inner,
            Groups = groups.Count == 0 ? 1 : groups.Min(),
            StemWidth = stem[0],
            InputChannels = stem[1],
            Classes = 0,
        };
        return WithHead(config with { Name = NameOf(config) }, shapes);
    }

    /// <summary>The same body with the head that <c>fc.*</c> speak of.</summary>
    public static ResNetConfig WithHead(ResNetConfig body, IReadOnlyDictionary<string, TensorShape> shapes)
    {
        string last = Shape(shapes, "fc.2.weight", 2) is null ? "fc" : "fc.2";
        return body with
        {
            Classes = Shape(shapes, last + ".weight", 2)?[0] ?? Shape(shapes, last + ".bias", 1)?[0] ?? 0,
            HeadWidth = last == "fc" ? 0 : Shape(shapes, "fc.0.weight", 2)?[0] ?? shapes[last + ".weight"][1],
            HeadBias = shapes.ContainsKey(last + ".bias"),
        };
    }

    /// <summary>A body's published name, whatever its head.</summary>
    private static string NameOf(ResNetConfig body) =>
        ResNet.Names.FirstOrDefault(n => body.HasSameStructure(ResNet.Configure(n, inputChannels: body.InputChannels) with { Classes = 0 })) ?? body.Name;

    private static int[] Depths(IReadOnlyDictionary<string, TensorShape> shapes)
    {
        int[] depths = new int[MaxStages];
        foreach (string name in shapes.Keys)
        {
            Match match = Block().Match(name);
            if (match.Success)
            {
                int stage = match.Groups[1].Value[0] - '1';
                int block = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
                depths[stage] = Math.Max(depths[stage], block + 1);
            }
        }

        int stages = Array.FindLastIndex(depths, d => d > 0) + 1;
        int gap = Array.IndexOf(depths, 0, 0, stages);
        return stages == 0 ? throw new CudaNetException("the weights have a stem but no layer1: they are no ResNet's")
            : gap >= 0 ? throw new CudaNetException($"the weights leave out layer{gap + 1}, though there is layer{stages}")
            : depths.Sum() > MaxBlocks ? throw new CudaNetException($"a network of {depths.Sum()} blocks is beyond the {MaxBlocks} supported")
            // One name can speak of many blocks: what is built stays in proportion to what is there.
            : depths.Sum() > shapes.Count ? throw new CudaNetException($"the names speak of {depths.Sum()} blocks, but there are only {shapes.Count} tensors")
            : depths[..stages];
    }

    /// <summary>The extent of the first block that has the tensor.</summary>
    private static int? First(IReadOnlyDictionary<string, TensorShape> shapes, string[] blocks, string name, int axis = 0)
    {
        string? first = Array.Find(blocks, b => shapes.TryGetValue(b + name, out TensorShape s) && s.Rank > axis);
        return first is null ? null : shapes[first + name][axis];
    }

    private static TensorShape? Shape(IReadOnlyDictionary<string, TensorShape> shapes, string name, int rank) =>
        shapes.TryGetValue(name, out TensorShape shape) && shape.Rank == rank ? shape : null;

    private static CudaNetException Unknown(string block, string what) => new($"the {what} of {block[..^3]} cannot be told from the weights");

    /// <summary>What is said of names that are none of a ResNet's.</summary>
    public static CudaNetException NotResNet(IEnumerable<string> names) => new($"the weights are no ResNet's: there is no conv1.weight, but {Printable.List(names)}") { Hint = Supported };

    [GeneratedRegex(@"^layer([1-9])\.([0-9]{1,4})\.", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex(@"^layer[1-9]\.[0-9]{1,4}\.(conv3|bn3)\.", RegexOptions.CultureInvariant)]
    private static partial Regex Bottleneck();
}
