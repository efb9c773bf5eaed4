namespace CudaNet.Emulator.Ptx;

/// <summary>Where memory lies. <see cref="Generic"/> is an address whose window says where.</summary>
internal enum PtxStateSpace : byte
{
    Generic,
    Global,
    Shared,
    Const,
    Local,
    Param,
    Register,
}
