namespace CudaNet.Weights;

/// <summary>A tensor's name in the file, and the same without the parts that wrappers put anywhere into it.</summary>
/// <param name="Stored">The name in the file.</param>
/// <param name="Reduced">Without wrappers' parts.</param>
internal readonly record struct StoredName(string Stored, string Reduced)
{
    /// <summary>
    /// Attributes under which wrappers keep the module that they wrap: DataParallel and AveragedModel, torch.compile, FSDP (fairscale's too), activation checkpoints,
    /// Lightning's and DeepSpeed's, Opacus.
    /// </summary>
    private static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "module", "_orig_mod", "_fsdp_wrapped_module", "_fpw_module", "_checkpoint_wrapped_module", "_forward_module", "_module",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> WrapperSpans = Wrappers.GetAlternateLookup<ReadOnlySpan<char>>();

    public static StoredName Of(string stored)
    {
        foreach (Range part in stored.AsSpan().Split('.'))
        {
            if (WrapperSpans.Contains(stored.AsSpan(part)))
            {
                return new StoredName(stored, string.Join('.', stored.Split('.').Where(p => !Wrappers.Contains(p))));
            }
        }

        return new StoredName(stored, stored);
    }

    /// <summary>The part of the stored name before what remains of the reduced one behind a prefix; with the wrappers' parts between, where there are any.</summary>
    /// <param name="prefix">A network's root; a head's name may lie outside of it.</param>
    public string RemovedFor(string prefix)
    {
        bool isUnder = Reduced.StartsWith(prefix, StringComparison.Ordinal);
        string rest = isUnder ? Reduced[prefix.Length..] : Reduced;
        return Stored.EndsWith(rest, StringComparison.Ordinal) ? Stored[..^rest.Length] : isUnder ? prefix : "";
    }
}
