namespace CudaNet.Emulator.Ptx;

/// <summary>Reads memory operands in brackets.</summary>
internal sealed class PtxAddressParser(PtxReader reader, PtxConstantParser constants, PtxFunctionBuilder function)
{
    public PtxAddressOperand Parse(PtxScope scope, PtxOpcodeText opcode)
    {
        if (reader.Is(PtxTokenKind.Word) && scope.Find(reader.Text) is PtxVariable)
        {
            return ParseBased(scope, opcode, isElement: true);
        }

        reader.ExpectSymbol("[");
        PtxAddressOperand address = constants.IsAtConstant ? new PtxAddressOperand(null, null, ParseAbsolute()) : ParseBased(scope, opcode, isElement: false);
        reader.ExpectSymbol("]");
        return address;
    }

    /// <summary>What is added to a base: signs and constants, or nothing.</summary>
    public static long ParseOffset(PtxReader reader, PtxConstantParser constants)
    {
        long offset = 0;
        while (reader.IsSymbol("+") || reader.IsSymbol("-"))
        {
            PtxToken sign = reader.Take();
            PtxConstant value = constants.ParseProduct();
            offset += reader.TextOf(sign)[0] == '-' ? -value.Integer : value.Integer;
            if (value.IsFloat || offset is < int.MinValue or > uint.MaxValue)
            {
                throw PtxReader.Error(sign, "an offset must be an integer of 32 bits");
            }
        }

        return offset;
    }

    /// <summary>The bytes before an element of an array, <c>A[5]</c>, where one is named; otherwise 0.</summary>
    public static long ParseElement(PtxReader reader, PtxConstantParser constants, PtxVariable variable)
    {
        PtxToken bracket = reader.Current;
        if (!reader.TakeSymbol("["))
        {
            return 0;
        }

        long index = constants.ParseInteger("an element's number", 0, int.MaxValue);
        reader.ExpectSymbol("]");
        long offset = index * variable.ElementType.Bytes();
        return offset < Math.Max(variable.Size, 1) || variable.Size == 0 ? offset : throw PtxReader.Error(bracket, $"'{variable}' has no element {index}");
    }

    private long ParseAbsolute()
    {
        PtxToken start = reader.Current;
        PtxConstant value = constants.Parse();
        return value.IsFloat ? throw PtxReader.Error(start, "an address must be an integer") : value.Integer;
    }

    private PtxAddressOperand ParseBased(PtxScope scope, PtxOpcodeText opcode, bool isElement)
    {
        PtxToken name = reader.ExpectName("an address");
        PtxStateSpace space = opcode.Modifiers.Space;
        switch (scope.Find(reader.TextOf(name)))
        {
            case PtxRegisterDeclaration register:
                bool narrow = space is PtxStateSpace.Shared or PtxStateSpace.Local or PtxStateSpace.Const;
                if (register.Type.IsFloat() || !(register.Type.Bits() == 64 || (narrow && register.Type.Bits() == 32)))
                {
                    throw PtxReader.Error(name, $"the register '{register.Name}' is {register.Type.Text()}; an address here needs 64 bits{(narrow ? " or 32" : "")}");
                }

                return new PtxAddressOperand(function.Use(register), null, ParseOffset(reader, constants));
            case PtxVariable variable:
                CheckSpace(name, variable, opcode);
                function.Mention(variable);
                return isElement && !reader.IsSymbol("[") ? throw reader.Expected("'['")
                    : new PtxAddressOperand(null, variable, ParseElement(reader, constants, variable) + ParseOffset(reader, constants));
            case null:
                throw PtxReader.Error(name, $"unknown register or variable '{reader.Shown(name)}'");
            default:
                throw PtxReader.Error(name, $"'{reader.Shown(name)}' is no address");
        }
    }

    private void CheckSpace(PtxToken name, PtxVariable variable, PtxOpcodeText opcode)
    {
        PtxStateSpace space = opcode.Modifiers.Space;
        bool fits = variable.Space == space || (space == PtxStateSpace.Generic && variable.Space is (PtxStateSpace.Global or PtxStateSpace.Shared or PtxStateSpace.Local));
        if (!fits)
        {
            throw PtxReader.Error(name, $"'{variable}' is in .{variable.Space.ToString().ToLowerInvariant()}, not in the state space of '{opcode.Text}'");
        }

        bool writes = opcode.Form.Opcode == PtxOpcode.St;
        if (writes && space == PtxStateSpace.Param && variable.Offset < function.Function.ParameterBytes)
        {
            throw PtxReader.Error(name, $"the parameter '{variable}' cannot be written");
        }
    }
}
