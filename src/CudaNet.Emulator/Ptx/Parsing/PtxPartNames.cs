using System.Numerics;

namespace CudaNet.Emulator.Ptx;

/// <summary>Says in words which modifiers an instruction lacks or must not have.</summary>
internal static class PtxPartNames
{
    /// <summary>
    /// What keeps the modifiers from the nearest of the forms that have the types; of several equally near ones any word would do. Where none is near, and a form
    /// of other types has just these modifiers, it is the type that does not fit.
    /// </summary>
    /// <param name="text">The instruction as written.</param>
    /// <param name="forms">All of its name.</param>
    /// <param name="ofTypes">Those that have the types, at least one.</param>
    /// <param name="modifiers">What was decoded.</param>
    /// <param name="parts">The kinds of modifiers that were seen.</param>
    public static string Complain(string text, ReadOnlySpan<PtxForm> forms, IReadOnlyList<PtxForm> ofTypes, PtxModifiers modifiers, PtxParts parts)
    {
        int nearest = ofTypes.Min(form => Distance(form, parts));
        foreach (PtxForm form in forms)
        {
            if (nearest > 1 && form.TakesParts(parts))
            {
                return $"'{text}': the type '{modifiers.Type.Text()}{modifiers.SourceType.Text()}' does not go with these modifiers";
            }
        }

        PtxForm[] near = [.. ofTypes.Where(form => Distance(form, parts) == nearest)];
        PtxForm first = near[0];
        PtxParts missing = first.Required & ~parts;
        PtxParts extra = parts & ~(first.Required | first.Optional);
        return missing != 0 ? $"'{text}' needs {string.Join(" or ", near.Select(form => Name(form.Required & ~parts)).Distinct(StringComparer.Ordinal))}"
            : extra != 0 ? $"'{text}' must not have {Name(extra)}"
            : first.TakesRounding(modifiers.Rounding) ? $"'{text}': the modifiers do not fit together"
            : $"'{text}' cannot round so: it takes {string.Join(", ", first.Roundings.Select(Name))}";
    }

    /// <summary>How many modifiers a form lacks or has too many.</summary>
    private static int Distance(PtxForm form, PtxParts parts) =>
        BitOperations.PopCount((ulong)(form.Required & ~parts)) + BitOperations.PopCount((ulong)(parts & ~(form.Required | form.Optional)));

    private static string Name(PtxRounding rounding) => rounding switch
    {
        PtxRounding.Nearest => "'.rn'",
        PtxRounding.NearestAway => "'.rna'",
        PtxRounding.Zero => "'.rz'",
        PtxRounding.Down => "'.rm'",
        PtxRounding.Up => "'.rp'",
        PtxRounding.NearestInteger => "'.rni'",
        PtxRounding.ZeroInteger => "'.rzi'",
        PtxRounding.DownInteger => "'.rmi'",
        _ => "'.rpi'",
    };

    private static string Name(PtxParts parts)
    {
        PtxParts first = parts & (PtxParts)(-(long)parts);
        return first switch
        {
            PtxParts.Rounding => "a rounding modifier",
            PtxParts.Comparison => "a comparison ('.eq', '.lt', ...)",
            PtxParts.Joined => "a boolean operation",
            PtxParts.Space => "a state space",
            PtxParts.Vector => "a vector modifier",
            PtxParts.Order => "a memory ordering",
            PtxParts.Scope => "a scope",
            PtxParts.Cache => "a cache hint",
            PtxParts.Direction => "a direction ('.l' or '.r')",
            PtxParts.Test => "a test ('.finite', ...)",
            PtxParts.Shuffle => "a mode ('.up', '.down', '.bfly', '.idx')",
            PtxParts.Vote => "a mode ('.all', '.any', ...)",
            PtxParts.BarrierKind => "'.sync', '.arrive' or '.red'",
            PtxParts.Atomic => "an operation ('.add', ...)",
            PtxParts.Level => "a cache level",
            PtxParts.Low or PtxParts.High or PtxParts.Wide => "'.lo', '.hi' or '.wide'",
            PtxParts.Clamp or PtxParts.Wrap => "'.clamp' or '.wrap'",
            PtxParts.Carry => "'.cc'",
            PtxParts.NonCoherent => "'.nc'",
            PtxParts.Uniform => "'.uni'",
            PtxParts.ShiftAmount => "'.shiftamt'",
            PtxParts.BranchIndex => "'.idx'",
            _ => $"'.{first.ToString().ToLowerInvariant()}'",
        };
    }
}
