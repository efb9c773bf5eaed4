using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;

namespace CudaNet.Emulator.Modules;

/// <summary>What a loaded module keeps as its code: the parsed text, and where its variables lie on the device.</summary>
internal sealed class ModuleCode(PtxModule ptx)
{
    public PtxModule Ptx { get; } = ptx;

    public Dictionary<PtxVariable, ulong> Addresses { get; } = new(ReferenceEqualityComparer.Instance);

    public static ModuleCode Of(EmulatedModule module) => (ModuleCode)module.Code;
}
