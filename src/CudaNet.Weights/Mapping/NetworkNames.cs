using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A set of tensors as a finder sees it: names and shapes, in order.</summary>
/// <param name="Name">The name.</param>
/// <param name="Shape">Its extents; null where they are not known, as of what is no plain tensor.</param>
internal sealed record NamedShape(StoredName Name, TensorShape? Shape);

/// <summary>
/// The names under one root that a scheme translates: what could be a ResNet, and what lies beside it.
/// </summary>
/// <param name="Scheme">Whose names they are.</param>
/// <param name="Root">What goes before them, without wrappers' parts: <c>encoder_q.</c></param>
/// <param name="Body">The tensors of the body by timm's names.</param>
/// <param name="Others">Everything else in the set, counters left out.</param>
internal sealed record NetworkNames(NamingScheme Scheme, string Root, IReadOnlyDictionary<string, NamedShape> Body, IReadOnlyList<NamedShape> Others)
{
    /// <summary>More networks than any checkpoint holds; each is looked through.</summary>
    private const int MostRoots = 16;

    /// <summary>True where there is a stem and a first stage of convolutions, whatever else: a network, and not a module whose name is like a stage's.</summary>
    public bool IsNetwork => Body.Any(b => b.Key.StartsWith("conv1.", StringComparison.Ordinal)) && Body.Any(b => b.Key.StartsWith("layer1.", StringComparison.Ordinal) && b.Value.Shape is null or { Rank: > 2 });

    /// <summary>False where no name speaks of a network.</summary>
    public static bool MayHoldNetwork(IEnumerable<StoredName> names) => names.Any(n => NamingScheme.All.Any(s => s.Root.IsMatch(n.Reduced)));

    /// <summary>Every root that the names speak of.</summary>
    /// <exception cref="WeightFormatException">Two names mean the same tensor, or there are more roots than in any checkpoint.</exception>
    public static IReadOnlyList<NetworkNames> All(IReadOnlyList<NamedShape> tensors, string file)
    {
        HashSet<(NamingScheme Scheme, string Root)> roots = [];
        foreach (NamedShape tensor in tensors)
        {
            foreach (NamingScheme scheme in NamingScheme.All)
            {
                if (scheme.Root.Match(tensor.Name.Reduced) is { Success: true } match)
                {
                    roots.Add((scheme, match.Groups["root"].Value));
                }
            }
        }

        return roots.Count <= MostRoots
            ? [.. roots.OrderBy(r => r.Root.Length).Select(r => Under(r.Scheme, r.Root, tensors, file))]
            : throw new WeightFormatException($"the names speak of {roots.Count} networks, beyond the {MostRoots} that are looked through: {Printable.List(roots.Select(r => r.Root), 3)}")
            {
                File = file,
                Hint = "A prefix chooses one: --prefix, in code ModelFileOptions.Prefix.",
            };
    }

    /// <summary>What lies beside the body, by module.</summary>
    public IEnumerable<SideModule> Beside() => Others.GroupBy(o => (Scope: ScopeOf(o), Name: ModuleOf(o))).Select(g => new SideModule(g.Key.Scope, g.Key.Name, [.. g]));

    /// <summary>The innermost module around both the root and the tensor, with a dot behind it.</summary>
    private string ScopeOf(NamedShape tensor)
    {
        string scope = Root;
        while (!tensor.Name.Reduced.StartsWith(scope, StringComparison.Ordinal))
        {
            scope = scope.Length < 2 ? "" : scope[..(scope.LastIndexOf('.', scope.Length - 2) + 1)];
        }

        return scope;
    }

    private string ModuleOf(NamedShape tensor)
    {
        int end = tensor.Name.Reduced.IndexOf('.', ScopeOf(tensor).Length);
        return end < 0 ? tensor.Name.Reduced : tensor.Name.Reduced[..end];
    }

    private static NetworkNames Under(NamingScheme scheme, string root, IReadOnlyList<NamedShape> tensors, string file)
    {
        Dictionary<string, NamedShape> body = new(StringComparer.Ordinal);
        List<NamedShape> others = [];
        foreach (NamedShape tensor in tensors)
        {
            string reduced = tensor.Name.Reduced;
            string? name = reduced.StartsWith(root, StringComparison.Ordinal) ? scheme.Translate(reduced[root.Length..]) : null;
            if (name is null)
            {
                others.Add(tensor);
            }
            else if (!body.TryAdd(name, tensor))
            {
                throw new WeightFormatException($"{Printable.Quote(tensor.Name.Stored)} and {Printable.Quote(body[name].Name.Stored)} both mean {Printable.Quote(name)}")
                {
                    File = file,
                    Hint = "The file holds two sets of weights: --prefix (in code ModelFileOptions.Prefix) chooses one.",
                };
            }
        }

        return new NetworkNames(scheme, root, body, others);
    }
}

/// <summary>A module beside a body, or inside of one of the modules that hold it.</summary>
/// <param name="Scope">The module around it, with a dot behind it; empty for the set itself.</param>
/// <param name="Name">Its whole name.</param>
/// <param name="Tensors">What it holds.</param>
internal sealed record SideModule(string Scope, string Name, IReadOnlyList<NamedShape> Tensors)
{
    /// <summary>Its name within <see cref="Scope"/>.</summary>
    public string LastName => Name[Scope.Length..];
}
