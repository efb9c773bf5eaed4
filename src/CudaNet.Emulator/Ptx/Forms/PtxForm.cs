namespace CudaNet.Emulator.Ptx;

/// <summary>
/// One way to write an instruction: the types and modifiers it takes and the places of its operands. An instruction is legal where one of the forms of its name fits.
/// </summary>
internal sealed record PtxForm(string Name, PtxOpcode Opcode, PtxTypeSet Types, string Pattern)
{
    /// <summary>The second types; <see cref="PtxTypeSet.None"/> where none is written.</summary>
    public PtxTypeSet Sources { get; init; } = PtxTypeSet.None;

    public PtxParts Required { get; init; }

    public PtxParts Optional { get; init; }

    public IReadOnlyList<PtxRounding> Roundings { get; init; } = PtxRoundings.Float;

    /// <summary>The first target and version that have it.</summary>
    public PtxSince Since { get; init; }

    /// <summary>What the masks cannot say: gives a message where the modifiers do not fit together.</summary>
    public Func<PtxModifiers, string?>? Check { get; init; }

    public PtxSlot[] Slots { get; } = PtxSlot.ParseAll(Pattern);

    public bool TakesTypes(PtxModifiers modifiers) => Types.Contains(modifiers.Type) && Sources.Contains(modifiers.SourceType);

    public bool TakesParts(PtxParts parts) => (parts & Required) == Required && (parts & ~(Required | Optional)) == 0;

    public bool TakesRounding(PtxRounding rounding) => rounding == PtxRounding.None || Roundings.Contains(rounding);
}

/// <summary>The first target and version that have something; 0 for all.</summary>
internal readonly record struct PtxSince(int Target, int Major, int Minor)
{
    public static PtxSince Sm70 => new(70, 6, 0);

    public static PtxSince Sm80 => new(80, 7, 0);

    public static PtxSince Sm90 => new(90, 7, 8);

    public PtxVersion Version => new(Major, Minor);
}

/// <summary>The roundings that kinds of instructions take.</summary>
internal static class PtxRoundings
{
    public static readonly PtxRounding[] Float = [PtxRounding.Nearest, PtxRounding.Zero, PtxRounding.Down, PtxRounding.Up];

    public static readonly PtxRounding[] Integer = [PtxRounding.NearestInteger, PtxRounding.ZeroInteger, PtxRounding.DownInteger, PtxRounding.UpInteger];

    public static readonly PtxRounding[] Nearest = [PtxRounding.Nearest];

    public static readonly PtxRounding[] NearestOrZero = [PtxRounding.Nearest, PtxRounding.Zero];

    public static readonly PtxRounding[] NearestAway = [PtxRounding.NearestAway];
}
