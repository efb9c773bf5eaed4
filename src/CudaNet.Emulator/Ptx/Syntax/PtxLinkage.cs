namespace CudaNet.Emulator.Ptx;

/// <summary>How a symbol is seen from outside its module.</summary>
internal enum PtxLinkage : byte
{
    /// <summary>Seen in its module only.</summary>
    None,
    Visible,
    Extern,
    Weak,
    Common,
}
