namespace CudaNet.Emulator.Ptx;

/// <summary>Registers and constants as operands, held against the instruction's types.</summary>
internal static class PtxRegisters
{
    /// <summary>The register of a name, whose type must agree; where <paramref name="wider"/>, an integer may lie in a wider register.</summary>
    public static PtxRegister Check(PtxReader reader, PtxFunctionBuilder function, PtxToken name, PtxScope scope, PtxOpcodeText opcode, PtxType type, bool wider) =>
        Agree(function, name, Find(reader, name, scope, opcode), opcode, type, wider);

    /// <summary>The register of a name that was consumed; of a vector register the component that follows, which is consumed too.</summary>
    public static PtxRegisterDeclaration Find(PtxReader reader, PtxToken name, PtxScope scope, PtxOpcodeText opcode)
    {
        ReadOnlySpan<char> text = reader.TextOf(name);
        if (scope.Find(text) is not PtxVectorDeclaration vector)
        {
            return scope.Find(text) as PtxRegisterDeclaration ?? throw PtxReader.Error(name, Describe(text, scope, opcode));
        }

        int component = !reader.Is(PtxTokenKind.Dot) ? -1 : reader.Text switch { ".x" or ".r" => 0, ".y" or ".g" => 1, ".z" or ".b" => 2, ".w" or ".a" => 3, _ => -1 };
        if (component < 0 || component >= vector.Elements.Count)
        {
            throw PtxReader.Error(name, $"'{reader.Shown(name)}' is a vector of {vector.Elements.Count}; '{opcode.Text}' needs one of its components here");
        }

        reader.Take();
        return vector.Elements[component];
    }

    /// <summary>The register of a declaration, whose type must agree.</summary>
    public static PtxRegister Agree(PtxFunctionBuilder function, PtxToken name, PtxRegisterDeclaration declaration, PtxOpcodeText opcode, PtxType type, bool wider)
    {
        bool agrees = wider ? PtxTypeRules.AgreeOrWider(declaration.Type, type) : PtxTypeRules.Agree(declaration.Type, type);
        return agrees ? function.Use(declaration)
            : throw PtxReader.Error(name, $"the register '{declaration.Name}' is {declaration.Type.Text()}; '{opcode.Text}' needs {type.Text()} here");
    }

    /// <summary>A constant of the kind the type asks for.</summary>
    public static PtxImmediateOperand ParseConstant(PtxReader reader, PtxConstantParser constants, PtxOpcodeText opcode, PtxType type)
    {
        PtxToken start = reader.Current;
        PtxConstant value = constants.Parse();
        bool movesBits = opcode.Form.Opcode is PtxOpcode.Mov or PtxOpcode.Selp or PtxOpcode.St or PtxOpcode.Atom or PtxOpcode.Shfl && type.IsUntyped();
        bool fits = value.IsFloat ? type is PtxType.F32 or PtxType.F64 || (movesBits && type.Bits() is 32 or 64) : !type.IsFloat();
        return fits && type != PtxType.B128
            ? new PtxImmediateOperand(type, value.BitsAs(type))
            : throw PtxReader.Error(start, $"'{opcode.Text}' takes no {(value.IsFloat ? "floating-point" : "integer")} constant of type '{type.Text()}' here");
    }

    private static string Describe(ReadOnlySpan<char> name, PtxScope scope, PtxOpcodeText opcode) =>
        PtxSpecialNames.Find(name) is not null ? $"the special register '{name}' can only be read, and by 'mov' and 'cvt' alone"
        : scope.Find(name) is null ? $"unknown register '{(name.Length > 60 ? name[..60] : name)}'"
        : $"'{name}' is no register; '{opcode.Text}' needs one here";
}
