using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>Runs an input once and holds every layer against a reference file, finding out which layer each tensor really is.</summary>
internal sealed class ReferenceComparison
{
    /// <summary>Values that are this much nearer to another layer are that layer's, however far off both are.</summary>
    private const double Nearer = 10;

    private readonly List<Candidate> _candidates;
    private readonly Tolerance _recognised;

    private ReferenceComparison(IReadOnlyList<ReferenceEntry> entries, Tolerance tolerance, Tolerance recognised)
    {
        _recognised = recognised;
        _candidates = [.. entries.Select(e => new Candidate(e, tolerance))];
    }

    /// <summary>One result a tensor, in execution order.</summary>
    /// <param name="session">What is judged.</param>
    /// <param name="input">The reference's input.</param>
    /// <param name="entries">The reference's tensors.</param>
    /// <param name="asked">The tolerance asked for; null for the backend's own, with which 16-bit values may be off by a rounding.</param>
    /// <param name="usual">The backend's own, within which a tensor is recognised at least.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static IReadOnlyList<LayerComparison> Run(
        Session session, Tensor input, IReadOnlyList<ReferenceEntry> entries, Tolerance? asked, Tolerance usual, CancellationToken cancellation)
    {
        ReferenceComparison comparison = new(entries, asked ?? usual, asked is { } given && given.OfLargest > usual.OfLargest ? given : usual);
        if (asked is null)
        {
            comparison._candidates.ForEach(c => c.AllowRounding());
        }

        ILookup<LayerNode, Candidate> byLayer = comparison._candidates.SelectMany(c => c.Entry.Candidates.Select(l => (l, c))).ToLookup(p => p.l, p => p.c);
        using InferenceRun run = session.Start(input, [.. byLayer.Select(g => g.Key).OrderBy(l => l.Index).Select(l => l.Name)], cancellation);
        while (run.Next(out Observation o))
        {
            foreach (Candidate candidate in byLayer[o.Layer])
            {
                comparison.Look(candidate, o);
            }
        }

        return [.. comparison._candidates.Select(comparison.Choose).OrderBy(r => r.Layer.Index).ThenBy(r => r.Meant.Index)];
    }

    private static double Error(TensorComparison? result) =>
        result is null || result.ActualShape != result.ExpectedShape || double.IsNaN(result.MaxError) ? double.PositiveInfinity : result.MaxErrorOfLargest;

    private void Look(Candidate candidate, in Observation o)
    {
        // The layer that was meant comes first: where it is that one, others are not asked.
        if (candidate.Results.Values.Any(IsRecognised))
        {
            return;
        }

        candidate.Results[o.Layer] = LayerComparison.Compare(o, ReferenceFile.Values(candidate.Entry.Stored), candidate.Tolerance);
    }

    private bool IsRecognised(TensorComparison result) => result.Passed || Error(result) <= _recognised.OfLargest;

    private LayerComparison Choose(Candidate candidate)
    {
        ReferenceEntry entry = candidate.Entry;
        LayerNode chosen = entry.Meant;
        double own = Error(candidate.Results[chosen]);
        if (!IsRecognised(candidate.Results[chosen]))
        {
            if (entry.LastCall is { } last && Error(candidate.Results[last]) <= own)
            {
                chosen = last;
            }
            else if (entry.Overwriting.Where(l => double.IsFinite(Error(candidate.Results.GetValueOrDefault(l)))).MinBy(l => Error(candidate.Results[l])) is { } over
                && (IsRecognised(candidate.Results[over]) || Error(candidate.Results[over]) <= own / Nearer))
            {
                chosen = over;
            }
        }

        return new LayerComparison(chosen, candidate.Results[chosen], entry.Name, entry.Meant)
        {
            IsLastCall = chosen != entry.Meant && chosen == entry.LastCall,
            IsOverwritten = chosen != entry.Meant && chosen != entry.LastCall,
        };
    }

    private sealed class Candidate(ReferenceEntry entry, Tolerance tolerance)
    {
        public ReferenceEntry Entry => entry;

        public Tolerance Tolerance { get; private set; } = tolerance;

        public Dictionary<LayerNode, TensorComparison> Results { get; } = [];

        /// <summary>Values that were rounded when they were stored may be off by that.</summary>
        public void AllowRounding() => Tolerance = entry.Stored.Type switch
        {
            WeightType.Float16 => Tolerance.StoredAs(StoragePrecision.Float16),
            WeightType.BFloat16 => Tolerance.StoredAs(StoragePrecision.BFloat16),
            _ => Tolerance,
        };
    }
}
