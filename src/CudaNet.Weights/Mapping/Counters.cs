namespace CudaNet.Weights;

/// <summary>Entries that hooks and training leave in every module of a state dict, and that no prediction needs.</summary>
internal static class Counters
{
    private static readonly (string Leaf, string Reason)[] Table =
    [
        ("num_batches_tracked", "a counter of training"),
        ("n_averaged", "a counter of training"),

        // thop's and pytorch-OpCounter's.
        ("total_ops", "a count of operations"),
        ("total_params", "a count of parameters"),
    ];

    /// <summary>What the entry is; null where it is none.</summary>
    public static string? Reason(string name)
    {
        string leaf = name[(name.LastIndexOf('.') + 1)..];
        return Array.Find(Table, r => r.Leaf == leaf).Reason;
    }
}
