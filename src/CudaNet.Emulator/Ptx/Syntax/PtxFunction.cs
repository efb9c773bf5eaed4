namespace CudaNet.Emulator.Ptx;

/// <summary>A device function, or (as <see cref="PtxKernel"/>) an entry.</summary>
internal class PtxFunction
{
    public required string Name { get; init; }

    /// <summary>The line of its name, from 1.</summary>
    public required int Line { get; init; }

    public PtxLinkage Linkage { get; init; }

    /// <summary>The parameters in order. Each one's offset is in the parameter frame, from 0; of a kernel that is the launch's parameter block.</summary>
    public IReadOnlyList<PtxVariable> Parameters { get; internal set; } = [];

    /// <summary>What it returns, each with its offset in the parameter frame, behind the parameters.</summary>
    public IReadOnlyList<PtxVariable> Results { get; internal set; } = [];

    /// <summary>The bytes of all parameters with the padding between them.</summary>
    public int ParameterBytes { get; internal set; }

    /// <summary>The bytes of a call's parameter frame: parameters, results, and the <c>.param</c> variables of the body.</summary>
    public int ParameterFrameBytes { get; internal set; }

    /// <summary>The bytes of <c>.local</c> variables of one thread in one call.</summary>
    public int LocalBytes { get; internal set; }

    /// <summary>The largest alignment of a local variable, at least 1.</summary>
    public int LocalAlignment { get; internal set; } = 1;

    /// <summary>The registers, at their <see cref="PtxRegister.Index"/>.</summary>
    public IReadOnlyList<PtxRegister> Registers { get; internal set; } = [];

    /// <summary>The variables declared in the body, in order: <c>.shared</c>, <c>.local</c>, <c>.param</c>.</summary>
    public IReadOnlyList<PtxVariable> Variables { get; internal set; } = [];

    public IReadOnlyList<PtxInstruction> Instructions { get; internal set; } = [];

    public IReadOnlyList<PtxLabel> Labels { get; internal set; } = [];

    /// <summary>False where the module only declares it (<c>.extern .func</c>, or a prototype that never got its body).</summary>
    public bool HasBody { get; internal set; }

    public override string ToString() => Name;
}
