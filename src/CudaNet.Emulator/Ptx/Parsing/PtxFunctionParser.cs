namespace CudaNet.Emulator.Ptx;

/// <summary>Reads kernels and device functions: what stands before the body; <see cref="PtxBodyParser"/> reads that.</summary>
internal sealed class PtxFunctionParser(PtxReader reader, PtxConstantParser constants, PtxModuleBuilder module, PtxDeclarationParser declarations, PtxSourceParser sources)
{
    private readonly PtxOpcodeParser _opcodes = new(reader, module.Header);

    /// <summary>Reads what follows <c>.entry</c>.</summary>
    public void ParseKernel(PtxLinkage linkage)
    {
        PtxToken name = reader.ExpectName("a kernel's name");
        PtxKernel kernel = new() { Name = reader.TextOf(name).ToString(), Line = name.Line, Linkage = linkage };
        PtxScope scope = new(module.Scope);
        PtxFunctionBuilder body = new(kernel);
        int frame = 0;
        kernel.Parameters = reader.IsSymbol("(") ? ParseParameters(scope, body, ref frame, isKernel: true) : [];
        kernel.ParameterBytes = frame;
        kernel.ParameterFrameBytes = frame;
        scope.FrameTop = frame;
        if (frame > module.Header.MostParameterBytes)
        {
            throw PtxReader.Error(name, $"'{kernel.Name}' has {frame} bytes of parameters; with this .version {module.Header.MostParameterBytes} are the most");
        }

        while (reader.Is(PtxTokenKind.Dot))
        {
            ParseKernelDirective(kernel);
        }

        module.Declare(name, kernel);
        module.Add(kernel);
        ParseBody(scope, body);
    }

    /// <summary>Reads what follows <c>.func</c>: a prototype, or a function with its body.</summary>
    public void ParseFunction(PtxLinkage linkage)
    {
        PtxScope scope = new(module.Scope);
        SkipAttributes();
        PtxToken results = reader.Current;
        PtxFunction placeholder = new() { Name = "", Line = results.Line };
        PtxFunctionBuilder body = new(placeholder);
        int ignored = 0;
        IReadOnlyList<PtxVariable> returned = reader.IsSymbol("(") ? ParseParameters(scope, body, ref ignored, isKernel: false) : [];
        PtxToken name = reader.ExpectName("a function's name");
        int frame = 0;
        IReadOnlyList<PtxVariable> parameters = reader.IsSymbol("(") ? ParseParameters(scope, body, ref frame, isKernel: false) : [];
        SkipAttributes();

        PtxFunction function = FindOrDeclare(name, linkage, parameters, returned);
        body.Function = function;
        function.ParameterBytes = frame;
        function.Parameters = parameters;
        function.Results = PlaceBehind(returned, scope, ref frame);
        function.ParameterFrameBytes = frame;
        scope.FrameTop = frame;
        if (frame > PtxFunctionBuilder.MostFrameBytes)
        {
            throw PtxReader.Error(name, $"'{function.Name}' has too many bytes of parameters");
        }

        if (reader.TakeSymbol(";"))
        {
            return;
        }

        if (function.HasBody || linkage == PtxLinkage.Extern)
        {
            throw PtxReader.Error(name, function.HasBody ? $"'{function.Name}' is defined twice" : $"'{function.Name}' is .extern and has a body");
        }

        ParseBody(scope, body);
    }

    private static bool SameSignature(IReadOnlyList<PtxVariable> left, IReadOnlyList<PtxVariable> right) =>
        left.Count == right.Count && left.Zip(right).All(pair => pair.First.Size == pair.Second.Size && (pair.First.Register is null) == (pair.Second.Register is null));

    private PtxFunction FindOrDeclare(PtxToken name, PtxLinkage linkage, IReadOnlyList<PtxVariable> parameters, IReadOnlyList<PtxVariable> returned)
    {
        switch (module.Scope.Find(reader.TextOf(name)))
        {
            case PtxFunction known and not PtxKernel:
                return SameSignature(known.Parameters, parameters) && SameSignature(known.Results, returned)
                    ? known
                    : throw PtxReader.Error(name, $"'{known.Name}' does not match its declaration in line {known.Line}");
            default:
                PtxFunction function = new() { Name = reader.TextOf(name).ToString(), Line = name.Line, Linkage = linkage };
                module.Declare(name, function);
                module.Add(function);
                return function;
        }
    }

    private void ParseBody(PtxScope scope, PtxFunctionBuilder builder)
    {
        sources.Current = null;
        PtxInstructionParser instructions = new(reader, constants, _opcodes, builder);
        new PtxBodyParser(reader, constants, declarations, sources, instructions, builder, module).Parse(scope);
        builder.Finish();
        module.Remember(builder);
    }

    private void ParseKernelDirective(PtxKernel kernel)
    {
        PtxToken directive = reader.Take();
        switch (reader.TextOf(directive))
        {
            case ".maxntid":
                kernel.MaxThreads = ParseDimensions(directive, kernel.RequiredThreads);
                break;
            case ".reqntid":
                kernel.RequiredThreads = ParseDimensions(directive, kernel.MaxThreads);
                break;
            case ".minnctapersm" or ".maxnctapersm":
                kernel.MinBlocksPerMultiprocessor = (int)constants.ParseInteger("a number of blocks", 1, int.MaxValue);
                break;
            case ".maxnreg":
                kernel.MaxRegisters = (int)constants.ParseInteger("a number of registers", 1, int.MaxValue);
                break;
            case ".pragma":
                reader.Expect(PtxTokenKind.String, "a pragma in quotes");
                reader.ExpectSymbol(";");
                break;
            case ".explicitcluster" or ".reqnctapercluster" or ".maxclusterrank" or ".blocksareclusters" or ".attribute":
                throw PtxReader.NotSupported(directive, $"'{reader.Shown(directive)}'");
            default:
                throw PtxReader.Error(directive, $"unknown directive '{reader.Shown(directive)}' of a kernel");
        }
    }

    private PtxDimensions ParseDimensions(PtxToken directive, PtxDimensions? other)
    {
        Span<int> numbers = [1, 1, 1];
        int count = 0;
        do
        {
            numbers[count++] = (int)constants.ParseInteger("a number of threads", 1, int.MaxValue);
        }
        while (count < numbers.Length && reader.TakeSymbol(","));
        PtxDimensions threads = new(numbers[0], numbers[1], numbers[2]);
        return other is not null ? throw PtxReader.Error(directive, "'.maxntid' and '.reqntid' exclude each other")
            : threads;
    }

    private void SkipAttributes()
    {
        while (reader.Is(PtxTokenKind.Dot))
        {
            PtxToken attribute = reader.Current;
            if (!reader.TakeDot(".noreturn"))
            {
                throw reader.Text is ".attribute" or ".unique" ? PtxReader.NotSupported(attribute, $"'{reader.Shown(attribute)}'") : PtxReader.Error(attribute, $"unknown directive '{reader.Shown(attribute)}' of a function");
            }
        }
    }

    private List<PtxVariable> ParseParameters(PtxScope scope, PtxFunctionBuilder body, ref int frame, bool isKernel)
    {
        List<PtxVariable> parameters = [];
        reader.ExpectSymbol("(");
        while (!reader.IsSymbol(")"))
        {
            bool inRegister = !isKernel && reader.TakeDot(".reg");
            if (!inRegister && !reader.TakeDot(".param"))
            {
                throw reader.Expected("'.param'");
            }

            PtxDeclared declared = declarations.ParseParameter(inRegister ? PtxStateSpace.Register : PtxStateSpace.Param);
            parameters.Add(AddParameter(declared, scope, body, ref frame));
            if (!reader.TakeSymbol(","))
            {
                break;
            }
        }

        reader.ExpectSymbol(")");
        return parameters;
    }

    private PtxVariable AddParameter(PtxDeclared declared, PtxScope scope, PtxFunctionBuilder body, ref int frame)
    {
        bool inRegister = declared.Space == PtxStateSpace.Register;
        PtxRegisterDeclaration? register = inRegister ? new(reader.TextOf(declared.Name).ToString(), declared.ElementType, declared.Name.Line) : null;
        long offset = inRegister ? frame : PtxLayout.AlignUp(frame, declared.Alignment);
        PtxVariable parameter = new()
        {
            Name = reader.TextOf(declared.Name).ToString(),
            Space = PtxStateSpace.Param,
            ElementType = declared.ElementType,
            Size = declared.Size,
            Alignment = declared.Alignment,
            Line = declared.Name.Line,
            Offset = offset,
            Register = register is null ? null : body.Use(register),
        };
        offset += inRegister ? 0 : declared.Size;
        frame = offset <= PtxFunctionBuilder.MostFrameBytes ? (int)offset : throw PtxReader.Error(declared.Name, "too many bytes of parameters");
        if (parameter.Name != "_" && !scope.TryAdd(parameter.Name, (object?)register ?? parameter))
        {
            throw PtxReader.Error(declared.Name, $"the parameter '{parameter.Name}' is declared twice");
        }

        return parameter;
    }

    private static List<PtxVariable> PlaceBehind(IReadOnlyList<PtxVariable> results, PtxScope scope, ref int frame)
    {
        List<PtxVariable> placed = [];
        foreach (PtxVariable result in results)
        {
            long offset = result.Register is null ? PtxLayout.AlignUp(frame, result.Alignment) : frame;
            PtxVariable moved = result.MovedTo(offset);
            frame = result.Register is null ? (int)(offset + result.Size) : frame;
            if (result.Register is null)
            {
                scope.Replace(result.Name, moved);
            }

            placed.Add(moved);
        }

        return placed;
    }
}
