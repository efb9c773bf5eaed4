namespace CudaNet.Emulator.Ptx;

/// <summary>Says in words which modifiers an instruction lacks or must not have.</summary>
internal static class PtxPartNames
{
    public static string Complain(string text, PtxForm form, PtxModifiers modifiers, PtxParts parts)
    {
        if (form.Name is "ex2" or "lg2" or "sin" or "cos" or "rsqrt" or "tanh" && (parts & PtxParts.Approx) == 0)
        {
            return $"'{text}' needs '.approx'";
        }

        PtxParts missing = form.Required & ~parts;
        PtxParts extra = parts & ~(form.Required | form.Optional);
        return missing != 0 ? $"'{text}' needs {Name(missing)}"
            : extra != 0 ? $"'{text}' must not have {Name(extra)}"
            : form.TakesRounding(modifiers.Rounding) ? $"'{text}': the modifiers do not fit together"
            : $"'{text}' cannot round so: it takes {string.Join(", ", form.Roundings.Select(Name))}";
    }

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
