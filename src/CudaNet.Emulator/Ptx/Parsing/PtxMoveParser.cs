namespace CudaNet.Emulator.Ptx;

/// <summary>Reads what <c>mov</c> and <c>cvta</c> take beyond registers: packed vectors, special registers, addresses of variables and functions.</summary>
internal sealed class PtxMoveParser(PtxReader reader, PtxConstantParser constants, PtxFunctionBuilder function)
{
    public PtxOperand ParseDestination(PtxScope scope, PtxOpcodeText opcode) =>
        reader.IsSymbol("{") ? ParsePacked(scope, opcode, sinks: true) : ParseRegister(scope, opcode, opcode.Modifiers.Type);

    public PtxOperand ParseSource(PtxScope scope, PtxOpcodeText opcode)
    {
        PtxType type = opcode.Modifiers.Type;
        if (constants.IsAtConstant)
        {
            return PtxRegisters.ParseConstant(reader, constants, opcode, type);
        }

        if (reader.IsSymbol("{"))
        {
            return ParsePacked(scope, opcode, sinks: false);
        }

        if (type == PtxType.Pred && reader.TakeSymbol("!"))
        {
            return ParseRegister(scope, opcode, type) with { Negated = true };
        }

        return (type.IsFloat() ? null : TakeSpecial(scope, type)) ?? TakeAddress(scope, opcode) ?? ParseRegister(scope, opcode, type);
    }

    /// <summary>An operand that is an address: a register, or a variable of the instruction's state space.</summary>
    public PtxOperand ParsePointer(PtxScope scope, PtxOpcodeText opcode)
    {
        PtxToken name = reader.Current;
        PtxOperand? address = TakeAddress(scope, opcode);
        return address is PtxSymbolOperand symbol && symbol.Variable.Space != opcode.Modifiers.Space ? throw PtxReader.Error(name, $"'{symbol.Variable}' is not in the state space of '{opcode.Text}'")
            : address is PtxFunctionOperand ? throw PtxReader.Error(name, "a function has no state space")
            : address ?? ParseRegister(scope, opcode, PtxType.U64);
    }

    /// <summary>Consumes a special register, where one stands here and no register of the function hides it.</summary>
    public PtxSpecialOperand? TakeSpecial(PtxScope scope, PtxType type)
    {
        if (!reader.Is(PtxTokenKind.Word) || reader.Text is not ['%', ..] || scope.Find(reader.Text) is not null)
        {
            return null;
        }

        PtxToken name = reader.Current;
        if (PtxSpecialNames.Find(reader.Text) is not { } register)
        {
            return PtxSpecialNames.IsUnsupported(reader.Text) ? throw PtxReader.NotSupported(name, $"'{reader.Shown(name)}'") : null;
        }

        reader.Take();
        int component = PtxSpecialNames.HasComponents(register) ? ParseComponent(name) : -1;
        int bits = PtxSpecialNames.IsWide(register) ? 64 : 32;
        return type.Bits() <= bits && type != PtxType.Pred ? new PtxSpecialOperand(register, component) : throw PtxReader.Error(name, $"'{reader.Shown(name)}' has {bits} bits, not {type.Bits()}");
    }

    private int ParseComponent(PtxToken name)
    {
        int component = !reader.Is(PtxTokenKind.Dot) ? -1 : reader.Text switch { ".x" => 0, ".y" => 1, ".z" => 2, ".w" => 3, _ => -1 };
        if (component < 0)
        {
            throw PtxReader.Error(name, $"'{reader.Shown(name)}' needs a component: .x, .y or .z");
        }

        reader.Take();
        return component;
    }

    private PtxRegisterOperand ParseRegister(PtxScope scope, PtxOpcodeText opcode, PtxType type) =>
        new(PtxRegisters.Check(reader, function, reader.ExpectName("a register"), scope, opcode, type, wider: false));

    private PtxOperand? TakeAddress(PtxScope scope, PtxOpcodeText opcode)
    {
        if (!reader.Is(PtxTokenKind.Word))
        {
            return null;
        }

        PtxToken name = reader.Current;
        bool generic = reader.Text is "generic";
        object? symbol = scope.Find(reader.Text);
        if (!(generic && symbol is null) && symbol is not (PtxVariable or PtxFunction))
        {
            return null;
        }

        reader.Take();
        if (generic && symbol is null)
        {
            reader.ExpectSymbol("(");
            name = reader.ExpectName("a variable");
            symbol = scope.Find(reader.TextOf(name));
            reader.ExpectSymbol(")");
        }

        if (symbol is PtxFunction target)
        {
            return opcode.Modifiers.Type.Bits() is 64 ? new PtxFunctionOperand(target) : throw PtxReader.Error(name, "a function's address has 64 bits");
        }

        PtxVariable variable = symbol as PtxVariable ?? throw PtxReader.Error(name, $"'{reader.Shown(name)}' is no variable");
        CheckWidth(name, variable, opcode.Modifiers.Type);
        function.Mention(variable);
        return new PtxSymbolOperand(variable, PtxAddressParser.ParseElement(reader, constants, variable) + PtxAddressParser.ParseOffset(reader, constants), generic);
    }

    private static void CheckWidth(PtxToken name, PtxVariable variable, PtxType type)
    {
        bool narrow = variable.Space is PtxStateSpace.Shared or PtxStateSpace.Local or PtxStateSpace.Const;
        bool fits = type == PtxType.None || (!type.IsFloat() && (type.Bits() == 64 || (narrow && type.Bits() == 32)));
        if (!fits)
        {
            throw PtxReader.Error(name, $"the address of '{variable}' needs a 64-bit integer type{(narrow ? ", or a 32-bit one" : "")}");
        }
    }

    private PtxVectorOperand ParsePacked(PtxScope scope, PtxOpcodeText opcode, bool sinks)
    {
        PtxToken brace = reader.Take();
        List<Func<PtxType, PtxOperand>> parts = [];
        do
        {
            parts.Add(ParsePart(scope, opcode, sinks));
        }
        while (parts.Count < 4 && reader.TakeSymbol(","));
        reader.ExpectSymbol("}");
        PtxType type = opcode.Modifiers.Type;
        PtxType element = (type.Bits() / parts.Count, parts.Count) switch
        {
            (8, 2 or 4) => PtxType.B8,
            (16, 2 or 4) => PtxType.B16,
            (32, 2 or 4) => PtxType.B32,
            (64, 2) => PtxType.B64,
            _ => PtxType.None,
        };
        return element != PtxType.None && type.IsUntyped()
            ? new PtxVectorOperand([.. parts.Select(part => part(element))])
            : throw PtxReader.Error(brace, $"'{opcode.Text}' takes no vector of {parts.Count} elements");
    }

    /// <summary>An element of a vector, whose type follows from how many there are.</summary>
    private Func<PtxType, PtxOperand> ParsePart(PtxScope scope, PtxOpcodeText opcode, bool isWritten)
    {
        if (!isWritten && constants.IsAtConstant)
        {
            PtxToken start = reader.Current;
            PtxConstant value = constants.Parse();
            return value.IsFloat ? throw PtxReader.Error(start, "an element of a packed value is an integer") : type => new PtxImmediateOperand(type, value.BitsAs(type));
        }

        PtxToken name = reader.Is(PtxTokenKind.Word) ? reader.Take() : throw reader.Expected("a register");
        if (isWritten && reader.TextOf(name) is "_")
        {
            return _ => PtxSinkOperand.Instance;
        }

        PtxRegisterDeclaration declaration = PtxRegisters.Find(reader, name, scope, opcode);
        return type => new PtxRegisterOperand(PtxRegisters.Agree(function, name, declaration, opcode, type, wider: false));
    }
}
