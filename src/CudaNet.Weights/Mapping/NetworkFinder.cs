using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>A ResNet among the tensors of a set.</summary>
/// <param name="Config">What it is.</param>
/// <param name="Root">What goes before its names.</param>
/// <param name="Tensors">Its tensors by timm's names, in the file's order.</param>
/// <param name="LeftOut">What is no part of it.</param>
/// <param name="Notes">Sentences on what was assumed.</param>
internal sealed record FoundNetwork(
    ResNetConfig Config, string Root, IReadOnlyList<KeyValuePair<string, NamedShape>> Tensors, IReadOnlyList<LeftOutEntry> LeftOut, IReadOnlyList<string> Notes);

/// <summary>
/// Finds the ResNet in a set of named tensors: under every prefix where names speak of one, by every naming scheme, the body by names and shapes, the head by shape.
/// </summary>
internal static partial class NetworkFinder
{
    /// <param name="tensors">The set.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="haveSameValues">Whether two tensors, by their names, hold the same; null where values are not to be looked at.</param>
    /// <exception cref="CudaNetException">There is none, or several of which none goes before the others.</exception>
    public static FoundNetwork Find(IReadOnlyList<NamedShape> tensors, string file, Func<string, string, bool>? haveSameValues = null)
    {
        NamedShape[] counted = [.. tensors.Where(t => Counters.Reason(t.Name.Reduced) is null)];
        RefuseAdapters(counted);
        IReadOnlyList<NetworkNames> candidates = NetworkNames.All(counted, file);
        string[] roots = [.. candidates.Where(c => c.IsNetwork).Select(c => c.Root)];
        List<FoundNetwork> found = [];
        List<(NetworkNames Names, CudaNetException Failure)> failed = [];
        foreach (NetworkNames candidate in candidates)
        {
            try
            {
                found.Add(Judge(candidate, roots));
            }
            catch (CudaNetException exception)
            {
                failed.Add((candidate, exception));
            }
        }

        if (found.Count == 0)
        {
            throw Parametrized(counted) ?? failed.OrderByDescending(f => f.Names.Body.Count).FirstOrDefault().Failure ?? ArchitectureInference.NotResNet(tensors.Select(t => t.Name.Stored));
        }

        FoundNetwork best = Best(found, haveSameValues);
        RefuseUnlikely(best, failed);
        IEnumerable<LeftOutEntry> counters = tensors.Where(t => Counters.Reason(t.Name.Reduced) is not null).Select(t => new LeftOutEntry(t.Name.Stored, Counters.Reason(t.Name.Reduced)!));
        string[] others = [.. found.Where(f => f != best).Select(f => f.Root), .. failed.Where(f => f.Names.IsNetwork).Select(f => f.Names.Root)];
        return best with
        {
            LeftOut = [.. best.LeftOut, .. counters],
            Notes = others.Length == 0 ? best.Notes : [$"the weights under {Printable.Quote(best.Root)} are taken, not those under {Printable.List(others)} (--prefix chooses)", .. best.Notes],
        };
    }

    /// <summary>Where the likeliest network starts, whether it can be run or not; null where there is none.</summary>
    public static string? LikeliestRoot(IReadOnlyList<NamedShape> tensors, string file)
    {
        try
        {
            return NetworkNames.All(tensors, file).Where(n => n.IsNetwork).Select(n => n.Root).MaxBy(Preference.Score);
        }
        catch (CudaNetException)
        {
            return "";
        }
    }

    /// <summary>A network that cannot be run is not passed over for another one that is less likely meant, nor a loss's taken for the model.</summary>
    private static void RefuseUnlikely(FoundNetwork best, List<(NetworkNames Names, CudaNetException Failure)> failed)
    {
        int score = Preference.Score(best.Root);
        if (failed.Where(f => f.Names.IsNetwork && f.Names.Root != best.Root && Preference.Score(f.Names.Root) >= score).OrderByDescending(f => Preference.Score(f.Names.Root)).FirstOrDefault() is { Failure: { } failure } likelier)
        {
            throw new CudaNetException($"the network under {Printable.Quote(likelier.Names.Root)} cannot be run: {failure.Message}", failure)
            {
                Hint = $"--prefix {best.Root} (in code ModelFileOptions.Prefix) takes the other one.",
            };
        }

        if (score <= Preference.LossScore)
        {
            throw new CudaNetException($"the only ResNet is under {Printable.Quote(best.Root)}, a loss's") { Hint = $"If it is meant, --prefix {best.Root} (in code ModelFileOptions.Prefix) takes it." };
        }
    }

    /// <summary>A set of weights with adapters beside them is no plain network.</summary>
    private static void RefuseAdapters(NamedShape[] tensors)
    {
        string[] names = [.. tensors.Select(t => t.Name.Stored).Where(n => Adapter().IsMatch(n)).Take(100)];
        if (names.Length > 0)
        {
            throw new CudaNetException($"the weights are adapted (LoRA and its like): {Printable.List(names)}") { Hint = "Merge the adapters where they were made (merge_and_unload()), and save the state dict." };
        }
    }

    [GeneratedRegex(@"(^|\.)(lora_[A-Za-z]\w*|base_layer|modules_to_save|original_module)(\.|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Adapter();

    private static FoundNetwork Judge(NetworkNames names, IReadOnlyList<string> roots)
    {
        Dictionary<string, TensorShape> shapes = names.Body.Where(b => b.Value.Shape is not null).ToDictionary(b => b.Key, b => b.Value.Shape!.Value, StringComparer.Ordinal);
        ResNetConfig body = ArchitectureInference.Infer(shapes);
        FoundHead head = HeadFinder.Find(names, body.Widths[^1]);
        foreach ((string name, NamedShape tensor) in head.Names)
        {
            shapes.Add(name, tensor.Shape!.Value);
        }

        ResNetConfig config = ArchitectureInference.WithHead(body, shapes);
        (IReadOnlyList<LeftOutEntry> leftOut, IReadOnlyList<string> notes, IReadOnlyList<ParameterMisfit> misfits) = Extras.Judge(names, config, head.Others, roots);
        misfits = [.. ParameterSet.Misfits(ResNet.Build(config), shapes), .. misfits];
        if (misfits.Count > 0)
        {
            throw new ParameterMismatchException(misfits);
        }

        string[] more = config.Classes > 0 && !config.HeadBias ? ["the head has no bias"] : [];
        more = names.Scheme.Name == NamingScheme.Detectron2 && config.Block == ResNetBlock.Bottleneck
            ? [.. more, "detectron2's networks may have the stride on the first 1×1 convolution (STRIDE_IN_1X1), which leaves no trace: it is taken to be on the 3×3"] : more;
        return new FoundNetwork(config, names.Root, [.. names.Body, .. head.Names], leftOut, [.. head.Notes, .. notes, .. more]);
    }

    /// <summary>A refusal for weights that are there only as what they are computed from; null where none are.</summary>
    private static CudaNetException? Parametrized(NamedShape[] tensors)
    {
        string[] names = [.. tensors.Select(t => t.Name.Stored).Where(n => Parametrization().IsMatch(n))];
        return names.Length == 0 ? null : new CudaNetException($"the weights are parametrized (pruning, spectral or weight norm): {Printable.List(names)}")
        {
            Hint = "Make them plain where they were made: prune.remove, remove_weight_norm, parametrize.remove_parametrizations; then save the state dict.",
        };
    }

    [GeneratedRegex(@"\.(weight|bias)_(orig|mask|g|v|u)$|\.parametrizations\.", RegexOptions.CultureInvariant)]
    private static partial Regex Parametrization();

    private static FoundNetwork Best(List<FoundNetwork> found, Func<string, string, bool>? haveSameValues)
    {
        int score = found.Max(f => Preference.Score(f.Root));
        FoundNetwork[] best = [.. found.Where(f => Preference.Score(f.Root) == score)];
        return best.Length == 1 || Array.TrueForAll(best[1..], b => AreEqual(best[0], b, haveSameValues))
            ? best[0]
            : throw new CudaNetException($"there are {best.Length} ResNets, and none goes before the others: under {Printable.List(best.Select(b => b.Root))}")
            {
                Hint = "A prefix chooses one: --prefix, in code ModelFileOptions.Prefix.",
            };
    }

    /// <summary>True for one network that a wrapper has under two names.</summary>
    private static bool AreEqual(FoundNetwork first, FoundNetwork second, Func<string, string, bool>? haveSameValues)
    {
        if (haveSameValues is null || !first.Config.HasSameStructure(second.Config))
        {
            return false;
        }

        Dictionary<string, string> names = second.Tensors.ToDictionary(t => t.Key, t => t.Value.Name.Stored, StringComparer.Ordinal);
        return first.Tensors.All(t => haveSameValues(t.Value.Name.Stored, names[t.Key]));
    }
}
