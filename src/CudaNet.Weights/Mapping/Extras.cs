using System.Text.RegularExpressions;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Judges what lies beside a body and its head: harmless and left out, or a sign that the network computes something else.</summary>
internal static partial class Extras
{
    /// <param name="names">The body.</param>
    /// <param name="config">What it is, with its head.</param>
    /// <param name="others">What is neither.</param>
    /// <param name="roots">Where other networks start.</param>
    /// <returns>What is left out, sentences for the person, and what may be neither left out nor run.</returns>
    /// <exception cref="CudaNetException">The rest contradicts a ResNet that is run alone.</exception>
    public static (IReadOnlyList<LeftOutEntry> LeftOut, IReadOnlyList<string> Notes, IReadOnlyList<ParameterMisfit> Misfits) Judge(NetworkNames names, ResNetConfig config, IReadOnlyList<NamedShape> others, IReadOnlyList<string> roots)
    {
        List<LeftOutEntry> leftOut = [];
        List<string> notes = [];
        List<ParameterMisfit> misfits = [];
        foreach (SideModule module in (names with { Others = others }).Beside())
        {
            if (roots.Any(r => r.Length > 0 && r != names.Root && !names.Root.StartsWith(r, StringComparison.Ordinal) && (module.Name + ".").StartsWith(r, StringComparison.Ordinal)))
            {
                LeaveOut(module, "another network's");
                continue;
            }

            RefuseNormalisation(names, config, module);
            RefuseSegmentation(module);
            if (module.Tensors.All(t => IsHarmless(t.Name.Reduced[module.Scope.Length..])))
            {
                LeaveOut(module, "no part of a ResNet");
            }
            else if (HeadFinder.IsUsual(module) && !HeadFinder.IsBefore(names, module) && config.Classes == 0)
            {
                LeaveOut(module, "no head of one or two linear layers");
                notes.Add($"{Printable.Quote(module.Name)} is left out: it is no head of one or two linear layers that takes {config.Widths[^1]} features");
            }
            else if (module.Scope != names.Root && config.Classes == 0 && !HeadFinder.IsBefore(names, module))
            {
                LeaveOut(module, "no part of a ResNet");
                notes.Add($"{Printable.Quote(module.Name)} is left out: it is no part of a ResNet");
            }
            else
            {
                misfits.AddRange(module.Tensors.Select(t => new ParameterMisfit(t.Name.Stored, null, t.Shape)));
            }
        }

        return (leftOut, notes, misfits);

        void LeaveOut(SideModule module, string reason) => leftOut.AddRange(module.Tensors.Select(t => new LeftOutEntry(t.Name.Stored, reason)));
    }

    /// <summary>True for what training has beside a network: losses, metrics, projections, queues, decoders.</summary>
    public static bool IsHarmless(string name) => Harmless().IsMatch(name);

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

    [GeneratedRegex(
        @"(^|[._])(proj|projector|projection|predictor|prediction_head|prototypes?|mlp|queue|criterion|criteria|loss|metrics?|acc|accuracy|confmat|auroc|auc|f1|aux|auxiliary|decoder|contrast|momentum|target|teacher|center|ema|memory|rotation|jigsaw)\w*",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Harmless();

    [GeneratedRegex(@"(^|\.)(_?(mean|std)|(pixel|image|img|norm|input|data)_(mean|std))$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Statistic();

    [GeneratedRegex("^(classifier|aux_classifier|decode_head|auxiliary_head|head)$", RegexOptions.CultureInvariant)]
    private static partial Regex Segmentation();
}
