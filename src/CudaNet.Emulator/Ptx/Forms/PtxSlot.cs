namespace CudaNet.Emulator.Ptx;

/// <summary>What an operand's place takes.</summary>
internal enum PtxSlotKind : byte
{
    Destination,

    /// <summary>A register or <c>_</c>.</summary>
    DestinationOrSink,

    /// <summary>A register, and behind a bar a predicate if wanted.</summary>
    DestinationAndPredicate,

    /// <summary>A predicate, and behind a bar a second one if wanted.</summary>
    PredicatePair,

    /// <summary>A register or a constant.</summary>
    Source,

    /// <summary>A predicate, negated if wanted.</summary>
    Predicate,
    Address,
    LoadDestination,
    StoreSource,
    MoveDestination,
    MoveSource,
    ConvertDestination,
    ConvertSource,

    /// <summary>A generic address or a variable.</summary>
    Pointer,

    /// <summary>A constant from 0 to 255.</summary>
    LookupTable,
    BarrierNumber,
    ThreadCount,
    DiscardSize,
    Label,
    Targets,
    Call,
}

/// <summary>Which type an operand's place has.</summary>
internal enum PtxSlotType : byte
{
    Fixed,

    /// <summary>The instruction's.</summary>
    Type,

    /// <summary>The second type of the instruction.</summary>
    Source,

    /// <summary>Twice as wide as the instruction's.</summary>
    Wide,
}

/// <summary>One place for an operand.</summary>
internal readonly record struct PtxSlot(PtxSlotKind Kind, PtxSlotType Type, PtxType Fixed, bool IsOptional)
{
    /// <summary>
    /// Reads places separated by blanks: <c>T</c>, <c>S</c>, <c>W</c> or a type's name, behind <c>=</c> where it is written, behind <c>?</c> where it may be missing;
    /// and the words of <see cref="Named"/>.
    /// </summary>
    public static PtxSlot[] ParseAll(string pattern) => pattern.Length == 0 ? [] : [.. pattern.Split(' ').Select(Parse)];

    /// <summary>The type this place has in an instruction.</summary>
    public PtxType TypeIn(PtxModifiers modifiers) => Type switch
    {
        PtxSlotType.Type => modifiers.Type,
        PtxSlotType.Source => modifiers.SourceType,
        PtxSlotType.Wide => modifiers.Type switch
        {
            PtxType.U16 => PtxType.U32,
            PtxType.S16 => PtxType.S32,
            PtxType.U32 => PtxType.U64,
            _ => PtxType.S64,
        },
        _ => Fixed,
    };

    private static PtxSlot Parse(string word)
    {
        bool optional = word[0] == '?';
        word = optional ? word[1..] : word;
        PtxSlotKind? named = Named(word);
        bool destination = named is null && word[0] == '=';
        word = destination ? word[1..] : word;
        PtxSlotKind kind = named ?? (destination ? PtxSlotKind.Destination : PtxSlotKind.Source);
        PtxType fixedType = word == "=b32|p" ? PtxType.B32 : PtxTypeNames.Find("." + word);
        PtxSlotType type = word switch
        {
            "S" => PtxSlotType.Source,
            "W" => PtxSlotType.Wide,
            _ when fixedType != PtxType.None => PtxSlotType.Fixed,
            _ => PtxSlotType.Type,
        };
        return new PtxSlot(kind, type, fixedType, optional);
    }

    private static PtxSlotKind? Named(string word) => word switch
    {
        "=T|_" => PtxSlotKind.DestinationOrSink,
        "=T|p" or "=b32|p" => PtxSlotKind.DestinationAndPredicate,
        "=p|q" => PtxSlotKind.PredicatePair,
        "p" => PtxSlotKind.Predicate,
        "[a]" => PtxSlotKind.Address,
        "=ld" => PtxSlotKind.LoadDestination,
        "st" => PtxSlotKind.StoreSource,
        "=mov" => PtxSlotKind.MoveDestination,
        "mov" => PtxSlotKind.MoveSource,
        "=cvt" => PtxSlotKind.ConvertDestination,
        "cvt" => PtxSlotKind.ConvertSource,
        "ptr" => PtxSlotKind.Pointer,
        "lut" => PtxSlotKind.LookupTable,
        "bar" => PtxSlotKind.BarrierNumber,
        "threads" => PtxSlotKind.ThreadCount,
        "size" => PtxSlotKind.DiscardSize,
        "label" => PtxSlotKind.Label,
        "targets" => PtxSlotKind.Targets,
        "call" => PtxSlotKind.Call,
        _ => null,
    };
}
