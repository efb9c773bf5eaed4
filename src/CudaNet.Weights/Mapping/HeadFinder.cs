using System.Globalization;
using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>What stands behind a ResNet's body.</summary>
/// <param name="Names">timm's names of its tensors: <c>fc.weight</c>, or <c>fc.0.weight</c> and <c>fc.2.weight</c> where there are two layers. Empty where there is no head.</param>
/// <param name="Others">What lies beside the body and is none of it.</param>
/// <param name="Notes">Sentences for the person.</param>
internal sealed record FoundHead(IReadOnlyDictionary<string, NamedShape> Names, IReadOnlyList<NamedShape> Others, IReadOnlyList<string> Notes);

/// <summary>
/// Finds the linear layers that classify: by their shape, one that takes the body's features, or a chain of two; under a name that is not one of a projection's, which
/// self-supervised training leaves.
/// </summary>
internal static partial class HeadFinder
{
    /// <summary>Names that people give to heads.</summary>
    private static readonly string[] Usual =
        ["fc", "classifier", "head", "last_linear", "linear", "heads", "cls", "cls_head", "classification_head", "logits", "output", "out", "final", "last_layer", "clf", "classif"];

    /// <param name="names">The body, and what lies beside it.</param>
    /// <param name="features">Channels of the last stage.</param>
    public static FoundHead Find(NetworkNames names, int features)
    {
        (SideModule Module, NamedShape[] Layers)[] found = [.. names.Beside().Select(m => (m, Chain(names, m, features))).Where(m => m.Item2.Length > 0)];
        (SideModule Module, NamedShape[] Layers)[] usual = [.. found.Where(f => IsUsual(f.Module))];
        found = usual.Length > 0 ? usual : found;
        if (found.Length != 1)
        {
            string[] several = found.Length == 0 ? [] : [$"several heads fit, and none is taken: {Printable.List(found.Select(f => f.Module.Name))}; --prefix chooses where one lies in the network's own module"];
            return new FoundHead(new Dictionary<string, NamedShape>(), names.Others, several);
        }

        (SideModule module, NamedShape[] layers) = found[0];
        Dictionary<string, NamedShape> head = new(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++)
        {
            string name = layers.Length == 1 ? "fc" : string.Create(CultureInfo.InvariantCulture, $"fc.{2 * i}");
            head.Add(name + ".weight", layers[i]);
            string bias = layers[i].Name.Reduced[..^"weight".Length] + "bias";
            if (module.Tensors.FirstOrDefault(t => t.Name.Reduced == bias) is { } tensor)
            {
                head.Add(name + ".bias", tensor);
            }
        }

        string[] notes = usual.Length > 0 ? [] : [$"{Printable.Quote(module.Name)} is taken for the head, by its shape"];
        return new FoundHead(head, [.. names.Others.Except(module.Tensors)], notes);
    }

    /// <summary>The weights of the one or two linear layers that are all the module has, from the features on; none where it is something else.</summary>
    private static NamedShape[] Chain(NetworkNames names, SideModule module, int features)
    {
        NamedShape[] weights = [.. module.Tensors.Where(t => t.Shape is { Rank: 2 } && t.Name.Reduced.EndsWith(".weight", StringComparison.Ordinal))];
        if (weights.Length is < 1 or > 2 || IsBefore(names, module) || module.Tensors.Any(t => IsProjection(module, t)))
        {
            return [];
        }

        NamedShape[] chain = weights.Length == 1 || weights[0].Shape!.Value[1] == features ? weights : [weights[1], weights[0]];
        int width = features;
        foreach (NamedShape weight in chain)
        {
            if (weight.Shape!.Value[1] != width)
            {
                return [];
            }

            width = weight.Shape.Value[0];
        }

        // A bias each, at most, and nothing else: no norm, no third layer.
        return module.Tensors.All(t => chain.Contains(t) || chain.Any(w => t.Name.Reduced == w.Name.Reduced[..^"weight".Length] + "bias" && t.Shape is { Rank: 1 } s && s[0] == w.Shape!.Value[0]))
            ? chain
            : [];
    }

    /// <summary>True for a module under one of the names that heads have.</summary>
    public static bool IsUsual(SideModule module) => Usual.Contains(module.LastName) || IsNumber(module.LastName, out _);

    /// <summary>True for a child of an nn.Sequential that goes before the body, or is part of it.</summary>
    public static bool IsBefore(NetworkNames names, SideModule module)
    {
        if (!IsNumber(module.LastName, out int place))
        {
            return false;
        }

        if (module.Scope == names.Root)
        {
            return place <= NamingScheme.LastChild;
        }

        string body = names.Root[module.Scope.Length..].Split('.')[0];
        return IsNumber(body, out int own) && place < own;
    }

    private static bool IsProjection(SideModule module, NamedShape tensor) => Projection().IsMatch(tensor.Name.Reduced[module.Scope.Length..]);

    /// <summary>What takes features too, but tells no classes apart.</summary>
    [GeneratedRegex(
        "(^|[._])(" + Extras.TrainingWords + "|criteria|metrics?|decoder|embed|embeddings?)[0-9]*($|[._])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Projection();

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
