using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Chooses the mapping of a checkpoint that a network is made of.</summary>
internal static class MappingChoice
{
    /// <param name="mappings">At least one.</param>
    /// <param name="pickle">The pickle, for the place in errors.</param>
    /// <returns>The one that is taken, and sentences on what was not.</returns>
    /// <exception cref="WeightFormatException">Several hold a ResNet, and none goes before the others.</exception>
    public static (TensorMapping Mapping, string[] Notes) Choose(IReadOnlyList<TensorMapping> mappings, ByteRegion pickle)
    {
        if (mappings.Count == 1)
        {
            return (mappings[0], []);
        }

        List<(TensorMapping Mapping, int Score, int Order)> fitting = [];
        foreach (TensorMapping mapping in mappings)
        {
            if (RootOf(mapping, pickle) is { } root)
            {
                fitting.Add((mapping, Preference.Score($"{string.Join('.', mapping.Path)}.{root}"), Preference.Order(mapping.Path.Count > 0 ? mapping.Path[0] : null)));
            }
        }

        if (fitting.Count == 0)
        {
            // None is a ResNet: what is said is said of the likeliest.
            return (mappings.OrderBy(m => Preference.Order(m.Path.Count > 0 ? m.Path[^1] : null)).ThenByDescending(m => m.Items.Count).First(), []);
        }

        fitting = [.. fitting.OrderByDescending(f => f.Score).ThenBy(f => f.Order)];
        if (fitting.Count > 1 && fitting[0].Score == fitting[1].Score && fitting[0].Order == fitting[1].Order)
        {
            throw pickle.Error(
                0,
                $"the checkpoint holds {fitting.Count} ResNets, and none goes before the others: {Printable.List(fitting.Select(f => PathOf(f.Mapping)))}",
                "A path chooses one: --state-dict, in code ModelFileOptions.StateDict.");
        }

        string[] notes = fitting.Count == 1 ? [] : [$"{Printable.Quote(PathOf(fitting[0].Mapping))} is taken, not {Printable.List(fitting.Skip(1).Select(f => PathOf(f.Mapping)))} (--state-dict chooses)"];
        return (fitting[0].Mapping, notes);
    }

    private static string PathOf(TensorMapping mapping) => mapping.Path.Count == 0 ? "the whole" : string.Join('.', mapping.Path);

    /// <summary>The root of the mapping's network; null where it has none.</summary>
    private static string? RootOf(TensorMapping mapping, ByteRegion pickle)
    {
        IReadOnlyList<NamedShape> shapes = mapping.Shapes();
        if (!NetworkNames.MayHoldNetwork(shapes.Select(s => s.Name)))
        {
            return null;
        }

        try
        {
            return NetworkFinder.Find(shapes, pickle.File.Name).Root;
        }
        catch (CudaNetException)
        {
            // A network that cannot be run is not passed over for another: it is chosen, and then refused with its reason.
            return NetworkFinder.LikeliestRoot(shapes, pickle.File.Name);
        }
    }
}
