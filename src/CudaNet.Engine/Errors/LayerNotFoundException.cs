namespace CudaNet.Engine;

/// <summary>No layer, alias or scope has the name that was asked for.</summary>
public sealed class LayerNotFoundException : CudaNetException
{
    internal LayerNotFoundException(string name, IReadOnlyList<string> suggestions)
        : base($"there is no layer {Printable.Quote(name)}")
    {
        Layer = name;
        Suggestions = suggestions;
        Hint = suggestions.Count == 0
            ? "`cudanet layers MODEL` lists the names."
            : $"Did you mean {string.Join(" or ", suggestions.Select(Printable.Quote))}?";
    }

    /// <summary>The closest names, best first; empty where none is close.</summary>
    public IReadOnlyList<string> Suggestions { get; }
}
