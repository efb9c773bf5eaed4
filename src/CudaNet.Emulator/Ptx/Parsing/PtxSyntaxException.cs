namespace CudaNet.Emulator.Ptx;

/// <summary>Carries one error from where it is found to where parsing goes on behind it; never leaves the parser.</summary>
internal sealed class PtxSyntaxException(PtxError error, bool isFatal = false) : Exception(error.Message)
{
    public PtxError Error { get; } = error;

    /// <summary>Nothing behind it can be read.</summary>
    public bool IsFatal { get; } = isFatal;
}
