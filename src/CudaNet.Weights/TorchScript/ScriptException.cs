namespace CudaNet.Weights;

/// <summary>Code that is not followed: the construct, for a sentence. It never leaves <see cref="ScriptNetwork"/>.</summary>
internal sealed class ScriptException(string construct, int line) : Exception(construct)
{
    /// <summary>The line that it is on, from 1; 0 where it has none.</summary>
    public int Line { get; } = line;

    /// <summary>The class or function whose code it is, where it is known.</summary>
    public string? Where { get; set; }
}
