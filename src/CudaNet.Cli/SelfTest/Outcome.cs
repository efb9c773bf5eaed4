namespace CudaNet.Cli.SelfTest;

/// <summary>How near the results of a check were to what was expected.</summary>
/// <param name="Verdict">Whether that is near enough.</param>
/// <param name="Error">The difference, over the largest magnitude expected, of the element that used most of its bound; NaN where nothing was compared.</param>
/// <param name="Bound">That element's bound, over the same.</param>
/// <param name="Reason">Why it is not ok; null where it is.</param>
internal readonly record struct Outcome(Verdict Verdict, double Error, double Bound, string? Reason = null)
{
    /// <summary>Nothing was compared.</summary>
    public static Outcome Without(Verdict verdict, string? reason) => new(verdict, double.NaN, double.NaN, reason);

    /// <summary>Something holds or does not.</summary>
    public static Outcome Expect(bool holds, string otherwise) => holds ? new Outcome(Verdict.Ok, double.NaN, double.NaN) : Without(Verdict.Failed, otherwise);

    /// <summary>Of several results of one check, the one that is furthest off.</summary>
    public static Outcome Worst(params ReadOnlySpan<Outcome> outcomes)
    {
        Outcome worst = outcomes[0];
        foreach (Outcome outcome in outcomes)
        {
            worst = outcome.Use > worst.Use ? outcome : worst;
        }

        return worst;
    }

    /// <summary>How much of its bound it used; beyond 1 it failed.</summary>
    private double Use => Verdict == Verdict.Failed ? double.PositiveInfinity : Error > 0 ? Error / Bound : 0;
}
