namespace CudaNet.Emulator.Ptx;

/// <summary>Registers and constants as operands, held against the instruction's types.</summary>
internal static class PtxRegisters
{
    /// <summary>The register of a name, whose type must agree; where <paramref name="wider"/>, an integer may lie in a wider register.</summary>
    public static PtxRegister Check(PtxReader reader, PtxFunctionBuilder function, PtxToken name, PtxScope scope, PtxOpcodeText opcode, PtxType type, bool wider)
    {
        ReadOnlySpan<char> text = reader.TextOf(name);
        if (scope.Find(text) is not PtxRegisterDeclaration declaration)
        {
            throw PtxReader.Error(name, Describe(text, scope, opcode));
        }

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
        PtxSpecialNames.Find(name) is not null ? $"the special register '{name}' can be read by 'mov' and 'cvt' only"
        : scope.Find(name) is null ? $"unknown register '{(name.Length > 60 ? name[..60] : name)}'"
        : $"'{name}' is no register; '{opcode.Text}' needs one here";
}
