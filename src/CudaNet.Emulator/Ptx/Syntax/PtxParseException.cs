namespace CudaNet.Emulator.Ptx;

/// <summary>A PTX text was refused.</summary>
internal sealed class PtxParseException : Exception
{
    /// <param name="module">What the caller called the text.</param>
    /// <param name="errors">The errors, at least one, in any order.</param>
    public PtxParseException(string module, IEnumerable<PtxError> errors)
        : this(module, [.. errors.OrderBy(error => error.Line).ThenBy(error => error.Column)])
    {
    }

    private PtxParseException(string module, PtxError[] errors)
        : base(string.Join(Environment.NewLine, errors.Select(error => $"{module}: {error}")))
    {
        Module = module;
        Errors = errors;
    }

    public string Module { get; }

    /// <summary>The errors in the text's order, at least one.</summary>
    public IReadOnlyList<PtxError> Errors { get; }

    /// <summary>The kind of the first error.</summary>
    public PtxErrorKind Kind => Errors[0].Kind;

    public int Line => Errors[0].Line;

    public int Column => Errors[0].Column;
}
