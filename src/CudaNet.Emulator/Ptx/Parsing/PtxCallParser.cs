namespace CudaNet.Emulator.Ptx;

/// <summary>Reads calls: <c>(results), function, (arguments)</c>, held against the function's signature.</summary>
internal sealed class PtxCallParser(PtxReader reader, PtxConstantParser constants, PtxFunctionBuilder function)
{
    private const int MostArguments = 4096;

    /// <summary>Reads what follows <c>call</c>.</summary>
    /// <returns>The list of results, the function, the list of arguments.</returns>
    public PtxOperand[] Parse(PtxScope scope)
    {
        PtxToken start = reader.Current;
        List<PtxToken> results = [];
        if (reader.IsSymbol("("))
        {
            results = ParseNames();
            reader.ExpectSymbol(",");
        }

        PtxFunction target = ParseTarget(scope);
        List<PtxOperand> arguments = [];
        if (reader.TakeSymbol(","))
        {
            arguments = ParseArguments(scope, target);
            if (reader.IsSymbol(","))
            {
                throw PtxReader.NotSupported(reader.Current, "an indirect call");
            }
        }

        if (results.Count != target.Results.Count || arguments.Count != target.Parameters.Count)
        {
            throw PtxReader.Error(start, $"'{target.Name}' returns {target.Results.Count} and takes {target.Parameters.Count} values; the call names {results.Count} and {arguments.Count}");
        }

        List<PtxOperand> returned = [.. results.Zip(target.Results, (name, formal) => Named(scope, name, formal))];
        function.Mentioned.Add(target);
        return [new PtxListOperand(returned), new PtxFunctionOperand(target), new PtxListOperand(arguments)];
    }

    private PtxFunction ParseTarget(PtxScope scope)
    {
        PtxToken name = reader.ExpectName("a function");
        return scope.Find(reader.TextOf(name)) switch
        {
            PtxKernel => throw PtxReader.Error(name, $"'{reader.Shown(name)}' is a kernel, which cannot be called"),
            PtxFunction target => target,
            PtxRegisterDeclaration => throw PtxReader.NotSupported(name, "an indirect call"),
            _ => throw PtxReader.Error(name, $"unknown function '{reader.Shown(name)}'"),
        };
    }

    private List<PtxToken> ParseNames()
    {
        List<PtxToken> names = [];
        reader.ExpectSymbol("(");
        do
        {
            names.Add(reader.ExpectName("a result"));
        }
        while (names.Count < MostArguments && reader.TakeSymbol(","));
        reader.ExpectSymbol(")");
        return names;
    }

    private List<PtxOperand> ParseArguments(PtxScope scope, PtxFunction target)
    {
        List<PtxOperand> arguments = [];
        reader.ExpectSymbol("(");
        while (!reader.IsSymbol(")"))
        {
            PtxVariable formal = arguments.Count < target.Parameters.Count
                ? target.Parameters[arguments.Count]
                : throw PtxReader.Error(reader.Current, $"'{target.Name}' takes {target.Parameters.Count} values");
            arguments.Add(constants.IsAtConstant ? Constant(formal) : Named(scope, reader.ExpectName("an argument"), formal));
            if (!reader.TakeSymbol(","))
            {
                break;
            }
        }

        reader.ExpectSymbol(")");
        return arguments;
    }

    private PtxImmediateOperand Constant(PtxVariable formal)
    {
        PtxToken start = reader.Current;
        PtxConstant value = constants.Parse();
        return value.IsFloat == formal.ElementType.IsFloat() && formal.Size == Math.Max(formal.ElementType.Bytes(), 0) && formal.ElementType.Bits() <= 64 && formal.ElementType is not (PtxType.F16 or PtxType.F16x2)
            ? new PtxImmediateOperand(formal.ElementType, value.BitsAs(formal.ElementType))
            : throw PtxReader.Error(start, $"the constant does not fit the parameter of type '{formal.ElementType.Text()}'");
    }

    private PtxOperand Named(PtxScope scope, PtxToken name, PtxVariable formal)
    {
        switch (scope.Find(reader.TextOf(name)))
        {
            case PtxRegisterDeclaration register when IsScalar(formal) && PtxTypeRules.Agree(register.Type, formal.ElementType):
                return new PtxRegisterOperand(function.Use(register));
            case PtxVariable { Space: PtxStateSpace.Param } variable when formal.Register is null && variable.Size == formal.Size:
                return new PtxSymbolOperand(variable, 0);
            case null:
                throw PtxReader.Error(name, $"unknown variable or register '{reader.Shown(name)}'");
            default:
                throw PtxReader.Error(name, $"'{reader.Shown(name)}' does not fit the parameter or result '{formal.Name}' of {formal.Size} bytes");
        }
    }

    private static bool IsScalar(PtxVariable formal) => formal.Size == formal.ElementType.Bytes();
}
