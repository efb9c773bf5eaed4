namespace CudaNet.Emulator.Ptx;

/// <summary>The numbers of a <c>.maxntid</c> or <c>.reqntid</c>; 1 for those not written.</summary>
internal readonly record struct PtxDimensions(int X, int Y, int Z)
{
    public long Count => (long)X * Y * Z;
}
