using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Judges what lies beside a body and its head: harmless and left out, or a sign that the network computes something else.</summary>
internal static partial class Extras
{
    /// <summary>What self-supervised and other training has beside a network, as alternatives of a regular expression.</summary>
    public const string TrainingWords =
        "proj|projector|projection|predictor|prediction|prototypes?|mlp|queue|criterion|loss|aux|auxiliary|contrast|momentum|target|teacher|center|ema|memory|rotation|jigsaw";

    private const string Metrics = "metrics?|acc|accuracy|auroc|auc|f1|confmat|precision|recall";

    /// <param name="names">The body.</param>
    /// <param name="config">What it is, with its head.</param>
    /// <param name="others">What is neither.</param>
    /// <param name="roots">Where other networks start.</param>
    /// <returns>What is left out, sentences for the person, and what may be neither left out nor run.</returns>
    /// <exception cref="CudaNetException">The rest contradicts a ResNet that is run alone.</exception>
    public static (IReadOnlyList<LeftOutEntry> LeftOut, IReadOnlyList<string> Notes, IReadOnlyList<ParameterMisfit> Misfits) Judge(NetworkNames names, ResNetConfig config, IReadOnlyList<NamedShape> others, IReadOnlyList<string> roots)
    {
        List<LeftOutEntry> leftOut = [];
        List<ParameterMisfit> misfits = [];
        List<string> noHead = [], noPart = [];
        foreach (SideModule module in (names with { Others = others }).Beside())
        {
            if (roots.Any(r => r.Length > 0 && r != names.Root && !names.Root.StartsWith(r, StringComparison.Ordinal) && (module.Name + ".").StartsWith(r, StringComparison.Ordinal)))
            {
                LeaveOut(module, "another network's");
                continue;
            }

            RefuseNormalisation(names, config, module);
            RefuseSegmentation(module);
            RefusePooling(module);
            if (IsHarmless(module, config))
            {
                LeaveOut(module, "no part of a ResNet");
            }
            else if (HeadFinder.IsUsual(module) && !HeadFinder.IsBefore(names, module) && config.Classes == 0)
            {
                LeaveOut(module, "no head of one or two linear layers");
                noHead.Add(module.Name);
            }
            else if (module.Scope != names.Root && config.Classes == 0 && !HeadFinder.IsBefore(names, module))
            {
                LeaveOut(module, "no part of a ResNet");
                noPart.Add(module.Name);
            }
            else
            {
                misfits.AddRange(module.Tensors.Select(t => new ParameterMisfit(t.Name.Stored, null, t.Shape)));
            }
        }

        return (leftOut, [.. Said(noHead, $"it is no head of one or two linear layers that takes {config.Widths[^1]} features"), .. Said(noPart, "it is no part of a ResNet")], misfits);

        void LeaveOut(SideModule module, string reason) => leftOut.AddRange(module.Tensors.Select(t => new LeftOutEntry(t.Name.Stored, reason)));

        static string[] Said(List<string> modules, string why) => modules.Count == 0 ? [] : [$"left out: {Printable.List(modules)}: {why}"];
    }

    /// <summary>
    /// True for what training has beside a network: losses, metrics, queues; and projections and their like, where there is no head, or where their shapes show that
    /// they do not stand between the body and the head, nor behind it.
    /// </summary>
    private static bool IsHarmless(SideModule module, ResNetConfig config) =>
        Training().IsMatch(module.LastName) && (!Metric().IsMatch(module.LastName) || module.Tensors.All(t => !StateDictReader.IsWeightName(t.Name.Reduced)))
        || (module.Tensors.All(t => Beside().IsMatch(t.Name.Reduced[module.Scope.Length..])) && (config.Classes == 0 || module.Tensors.All(t => CannotStand(t.Shape, config))));

    private static bool CannotStand(TensorShape? shape, ResNetConfig config) =>
        shape is { } known && !known.Extents.Contains(config.Widths[^1]) && (known.Rank < 2 || known[1] != config.Classes);

    private static void RefusePooling(SideModule module)
    {
        if (module.Tensors.FirstOrDefault(t => t.Shape is { ElementCount: 1 } && Exponent().IsMatch(t.Name.Reduced)) is { } exponent)
        {
            throw new CudaNetException($"{Printable.Quote(exponent.Name.Stored)} {exponent.Shape} looks like the exponent of a generalised-mean pooling, where a ResNet takes the mean")
            {
                Hint = "--prefix (in code ModelFileOptions.Prefix) takes the ResNet alone, with its mean.",
            };
        }
    }

    private static void RefuseNormalisation(NetworkNames names, ResNetConfig config, SideModule module)
    {
        if (module.Tensors.FirstOrDefault(t => Statistic().IsMatch(t.Name.Reduced) && t.Shape is { } s && (s.ElementCount == 1 || s.ElementCount == config.InputChannels)) is { } statistic)
        {
            throw new CudaNetException($"the network normalises its input itself ({Printable.Quote(statistic.Name.Stored)} {statistic.Shape}), which a ResNet does not")
            {
                Hint = names.Root.Length > 0
                    ? $"--prefix {names.Root} (in code ModelFileOptions.Prefix) takes the ResNet alone; its images then need the same normalisation, by --mean and --std."
                    : "Save the ResNet's own state dict, and give the same normalisation by --mean and --std.",
            };
        }
    }

    private static void RefuseSegmentation(SideModule module)
    {
        if (Segmentation().IsMatch(module.LastName) && module.Tensors.FirstOrDefault(t => t.Shape is { Rank: 4 }) is { } convolution)
        {
            throw new CudaNetException($"{Printable.Quote(convolution.Name.Stored)} {convolution.Shape} is no Linear, so that fc is missing: a segmentation model, whose ResNet may be dilated, which leaves no trace in its weights")
            {
                Hint = "--prefix (in code ModelFileOptions.Prefix) takes the ResNet alone, as one that is not dilated.",
            };
        }
    }

    /// <summary>Exact names: whatever their shapes.</summary>
    [GeneratedRegex(@"^(criterion|criteria|loss|losses|loss_fn|loss_func|\w+_loss|queue|queue_ptr|queue_labels|n_averaged|(train|val|valid|test)?_?(" + Metrics + ")[0-9]*)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Training();

    /// <summary>Metrics have states, no weights: what has some under such a name is a layer.</summary>
    [GeneratedRegex("(" + Metrics + ")[0-9]*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Metric();

    [GeneratedRegex(
        "(^|[._])(" + TrainingWords + ")[0-9]*($|[._])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Beside();

    [GeneratedRegex(@"(^|\.)p$", RegexOptions.CultureInvariant)]
    private static partial Regex Exponent();

    [GeneratedRegex(@"(^|\.)(_?(mean|std)|(pixel|image|img|norm|input|data)_(mean|std))$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Statistic();

    [GeneratedRegex("^(classifier|aux_classifier|decode_head|auxiliary_head|head|decoder|segmentation_head|aspp|psp|ppm)$", RegexOptions.CultureInvariant)]
    private static partial Regex Segmentation();
}
