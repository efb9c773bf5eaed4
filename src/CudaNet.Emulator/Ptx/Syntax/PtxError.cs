namespace CudaNet.Emulator.Ptx;

/// <summary>What kind of refusal an error is; it decides the driver's status.</summary>
internal enum PtxErrorKind : byte
{
    /// <summary>The text is not valid PTX.</summary>
    Syntax,

    /// <summary>A <c>.version</c> newer than the parser's: the driver answers with a status of its own.</summary>
    UnsupportedVersion,

    /// <summary>Valid PTX that this emulator does not execute.</summary>
    NotSupported,
}

/// <summary>One error in a PTX text, at a line and column that count from 1.</summary>
internal sealed record PtxError(PtxErrorKind Kind, int Line, int Column, string Message)
{
    public override string ToString() => $"line {Line}, column {Column}: {Message}";
}
