namespace CudaNet.Emulator.Ptx;

/// <summary>
/// A named piece of memory: a module's <c>.global</c>, <c>.const</c> or <c>.shared</c> variable, a function's <c>.shared</c> or <c>.local</c> one,
/// a parameter, or a <c>.param</c> variable in a function's body that a call's arguments pass through.
/// </summary>
internal sealed class PtxVariable
{
    public required string Name { get; init; }

    public required PtxStateSpace Space { get; init; }

    public required PtxType ElementType { get; init; }

    /// <summary>The size in bytes; 0 for an <c>.extern .shared</c> array without length.</summary>
    public required long Size { get; init; }

    public required int Alignment { get; init; }

    /// <summary>The line of its declaration, from 1.</summary>
    public required int Line { get; init; }

    public PtxLinkage Linkage { get; init; }

    /// <summary>
    /// Where it starts, in bytes: in the module's block of its space (<c>.global</c>, <c>.const</c>), in the function's local frame, or in the function's parameter frame.
    /// Of a shared variable see <see cref="PtxKernel.SharedOffsets"/>.
    /// </summary>
    public long Offset { get; init; }

    /// <summary>The register that takes the value, where a device function declares its parameter or result as <c>.reg</c>; such a one has no memory.</summary>
    public PtxRegister? Register { get; init; }

    /// <summary>The bytes it starts with; those behind the array's end are zero. Empty where it has no initialiser.</summary>
    public ReadOnlyMemory<byte> InitialBytes { get; init; }

    public IReadOnlyList<PtxRelocation> Relocations { get; init; } = [];

    /// <summary>Its length is given by the launch (<c>.extern .shared x[]</c>).</summary>
    public bool IsDynamicShared => Space == PtxStateSpace.Shared && Linkage == PtxLinkage.Extern;

    /// <summary>The same variable at another offset.</summary>
    public PtxVariable MovedTo(long offset) => new()
    {
        Name = Name,
        Space = Space,
        ElementType = ElementType,
        Size = Size,
        Alignment = Alignment,
        Line = Line,
        Linkage = Linkage,
        Offset = offset,
        Register = Register,
        InitialBytes = InitialBytes,
        Relocations = Relocations,
    };

    public override string ToString() => Name;
}
