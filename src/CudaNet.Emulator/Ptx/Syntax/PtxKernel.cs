namespace CudaNet.Emulator.Ptx;

/// <summary>An <c>.entry</c>: a function that is launched.</summary>
internal sealed class PtxKernel : PtxFunction
{
    /// <summary>What <c>.maxntid</c> says.</summary>
    public PtxDimensions? MaxThreads { get; internal set; }

    /// <summary>What <c>.reqntid</c> says.</summary>
    public PtxDimensions? RequiredThreads { get; internal set; }

    /// <summary>What <c>.minnctapersm</c> says; 0 without.</summary>
    public int MinBlocksPerMultiprocessor { get; internal set; }

    /// <summary>What <c>.maxnreg</c> says; 0 without.</summary>
    public int MaxRegisters { get; internal set; }

    /// <summary>Where each shared variable of the kernel lies in the block's shared memory: its own, those of functions it calls, and the module's that it or they mention. Dynamic ones too.</summary>
    public IReadOnlyDictionary<PtxVariable, int> SharedOffsets { get; internal set; } = new Dictionary<PtxVariable, int>();

    /// <summary>The bytes of static shared memory.</summary>
    public int StaticSharedBytes { get; internal set; }

    /// <summary>Where the dynamic shared memory starts: behind the static part, aligned for every dynamic array the kernel mentions.</summary>
    public int DynamicSharedOffset { get; internal set; }
}
