namespace CudaNet.Emulator.Ptx;

/// <summary>Reads operands, each by what its place in the instruction takes.</summary>
internal sealed class PtxOperandParser(PtxReader reader, PtxConstantParser constants, PtxFunctionBuilder function)
{
    private readonly PtxMoveParser _moves = new(reader, constants, function);
    private readonly PtxAddressParser _addresses = new(reader, constants, function);

    public PtxOperand Parse(PtxScope scope, PtxOpcodeText opcode, PtxSlot slot)
    {
        PtxType type = slot.TypeIn(opcode.Modifiers);
        return slot.Kind switch
        {
            PtxSlotKind.Destination => ParseRegister(scope, opcode, type, wider: false),
            PtxSlotKind.DestinationOrSink => (PtxOperand?)TakeSink() ?? ParseRegister(scope, opcode, type, wider: false),
            PtxSlotKind.DestinationAndPredicate => ParsePair(scope, opcode, (PtxOperand?)TakeSink() ?? ParseRegister(scope, opcode, type, wider: false)),
            PtxSlotKind.PredicatePair => ParsePair(scope, opcode, (PtxOperand?)TakeSink() ?? new PtxRegisterOperand(ParsePredicate(scope))),
            PtxSlotKind.Predicate => constants.IsAtConstant && !reader.IsSymbol("!") ? PtxRegisters.ParseConstant(reader, constants, opcode, PtxType.Pred) : ParseGuarding(scope),
            PtxSlotKind.Address => _addresses.Parse(scope, opcode),
            PtxSlotKind.LoadDestination => ParseVector(scope, opcode, type, isLoad: true),
            PtxSlotKind.StoreSource => ParseVector(scope, opcode, type, isLoad: false),
            PtxSlotKind.MoveDestination => _moves.ParseDestination(scope, opcode),
            PtxSlotKind.MoveSource => _moves.ParseSource(scope, opcode),
            PtxSlotKind.ConvertDestination => ParseRegister(scope, opcode, opcode.Modifiers.Type, wider: true),
            PtxSlotKind.ConvertSource => ParseConverted(scope, opcode),
            PtxSlotKind.Pointer => _moves.ParsePointer(scope, opcode),
            PtxSlotKind.LookupTable => ParseImmediate("a lookup table", PtxType.B32, 0, 255, 1),
            PtxSlotKind.BarrierNumber => ParseRanged(scope, opcode, "a barrier's number", 0, 15, 1),
            PtxSlotKind.ThreadCount => ParseRanged(scope, opcode, "a barrier's number of threads", 32, 1024, 32),
            PtxSlotKind.DiscardSize => ParseImmediate("a size", PtxType.B32, 128, 128, 1),
            PtxSlotKind.Targets => ParseTargets(scope),
            _ => ParseSource(scope, opcode, type),
        };
    }

    public bool IsAtPredicate(PtxScope scope) =>
        reader.IsSymbol("!") || (reader.Is(PtxTokenKind.Word) && scope.Find(reader.Text) is PtxRegisterDeclaration { Type: PtxType.Pred });

    public PtxRegister ParsePredicate(PtxScope scope)
    {
        PtxToken name = reader.ExpectName("a predicate");
        return scope.Find(reader.TextOf(name)) is PtxRegisterDeclaration { Type: PtxType.Pred } predicate
            ? function.Use(predicate)
            : throw PtxReader.Error(name, $"'{reader.Shown(name)}' is no predicate register");
    }

    private PtxSinkOperand? TakeSink()
    {
        if (!reader.Is(PtxTokenKind.Word) || reader.Text is not "_")
        {
            return null;
        }

        reader.Take();
        return PtxSinkOperand.Instance;
    }

    private PtxRegisterOperand ParseGuarding(PtxScope scope)
    {
        bool negated = reader.TakeSymbol("!");
        return new PtxRegisterOperand(ParsePredicate(scope), negated);
    }

    private PtxOperand ParsePair(PtxScope scope, PtxOpcodeText opcode, PtxOperand first)
    {
        PtxToken bar = reader.Current;
        bool paired = reader.TakeSymbol("|");
        bool always = opcode.Modifiers.Type.IsPacked() || first is PtxSinkOperand;
        bool never = opcode.Form.Opcode == PtxOpcode.Match && opcode.Modifiers.Vote == PtxVoteMode.Any;
        return paired ? never ? throw PtxReader.Error(bar, $"'{opcode.Text}' has one destination") : new PtxPairOperand(first, (PtxOperand?)TakeSink() ?? new PtxRegisterOperand(ParsePredicate(scope)))
            : always ? throw PtxReader.Error(bar, $"'{opcode.Text}' needs '|' and a predicate here")
            : first;
    }

    private PtxRegisterOperand ParseRegister(PtxScope scope, PtxOpcodeText opcode, PtxType type, bool wider) =>
        new(PtxRegisters.Check(reader, function, reader.ExpectName("a register"), scope, opcode, type, wider));

    private PtxOperand ParseSource(PtxScope scope, PtxOpcodeText opcode, PtxType type) =>
        constants.IsAtConstant ? PtxRegisters.ParseConstant(reader, constants, opcode, type)
        : type == PtxType.Pred && reader.IsSymbol("!") ? ParseGuarding(scope)
        : ParseRegister(scope, opcode, type, wider: false);

    private PtxOperand ParseConverted(PtxScope scope, PtxOpcodeText opcode)
    {
        PtxType type = opcode.Modifiers.SourceType;
        if (constants.IsAtConstant)
        {
            return PtxRegisters.ParseConstant(reader, constants, opcode, type);
        }

        return !type.IsFloat() && _moves.TakeSpecial(scope, type) is { } special ? special : ParseRegister(scope, opcode, type, wider: true);
    }

    private PtxOperand ParseVector(PtxScope scope, PtxOpcodeText opcode, PtxType type, bool isLoad)
    {
        int width = opcode.Modifiers.VectorWidth;
        if (width == 1)
        {
            return ParseElement(scope, opcode, type, isLoad);
        }

        PtxToken brace = reader.Current;
        if (reader.Is(PtxTokenKind.Word) && scope.Find(reader.Text) is PtxVectorDeclaration vector && vector.Elements.Count == width)
        {
            reader.Take();
            return new PtxVectorOperand([.. vector.Elements.Select(e => new PtxRegisterOperand(PtxRegisters.Agree(function, brace, e, opcode, type, wider: true)))]);
        }

        reader.ExpectSymbol("{");
        List<PtxOperand> elements = [];
        do
        {
            bool sink = isLoad && width * type.Bytes() > 16 && reader.Is(PtxTokenKind.Word) && reader.Text is "_";
            elements.Add(sink ? TakeSink()! : ParseElement(scope, opcode, type, isLoad));
        }
        while (elements.Count < width && reader.TakeSymbol(","));
        return !reader.TakeSymbol("}") || elements.Count != width
            ? throw PtxReader.Error(brace, $"'{opcode.Text}' needs a vector of {width} elements")
            : new PtxVectorOperand(elements);
    }

    private PtxOperand ParseElement(PtxScope scope, PtxOpcodeText opcode, PtxType type, bool isLoad) =>
        !isLoad && constants.IsAtConstant ? PtxRegisters.ParseConstant(reader, constants, opcode, type) : ParseRegister(scope, opcode, type, wider: true);

    private PtxOperand ParseRanged(PtxScope scope, PtxOpcodeText opcode, string what, int least, int most, int multiple) =>
        constants.IsAtConstant ? ParseImmediate(what, PtxType.U32, least, most, multiple) : ParseRegister(scope, opcode, PtxType.U32, wider: false);

    private PtxImmediateOperand ParseImmediate(string what, PtxType type, long least, long most, int multiple)
    {
        PtxToken start = reader.Current;
        long value = constants.ParseInteger(what, least, most);
        return value % multiple == 0 ? new PtxImmediateOperand(type, (ulong)value) : throw PtxReader.Error(start, $"{what} must be a multiple of {multiple}");
    }

    private PtxTargetsOperand ParseTargets(PtxScope scope)
    {
        PtxToken name = reader.ExpectName("a list of branch targets");
        return scope.Find(reader.TextOf(name)) as PtxTargetsOperand ?? throw PtxReader.Error(name, $"'{reader.Shown(name)}' is no .branchtargets list declared before");
    }
}
