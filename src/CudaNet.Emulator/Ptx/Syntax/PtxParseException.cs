namespace CudaNet.Emulator.Ptx;

/// <summary>A PTX text was refused.</summary>
internal sealed class PtxParseException(string module, IReadOnlyList<PtxError> errors)
    : Exception($"{module}: {string.Join(Environment.NewLine + module + ": ", errors)}")
{
    /// <summary>What the caller called the text.</summary>
    public string Module { get; } = module;

    /// <summary>The errors in the text's order, at least one.</summary>
    public IReadOnlyList<PtxError> Errors { get; } = errors;

    /// <summary>The kind of the first error.</summary>
    public PtxErrorKind Kind => Errors[0].Kind;

    public int Line => Errors[0].Line;

    public int Column => Errors[0].Column;
}
