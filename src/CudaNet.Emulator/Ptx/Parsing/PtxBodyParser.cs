namespace CudaNet.Emulator.Ptx;

/// <summary>Reads a body in braces, statement by statement. After an error it goes on behind the next semicolon.</summary>
internal sealed class PtxBodyParser(
    PtxReader reader,
    PtxConstantParser constants,
    PtxDeclarationParser declarations,
    PtxSourceParser sources,
    PtxInstructionParser instructions,
    PtxFunctionBuilder function,
    PtxModuleBuilder module)
{
    private const int DeepestScope = 64;

    private PtxScope _scope = new(null);
    private int _depth;

    /// <summary>Reads the body; names of parameters are in the scope around it.</summary>
    public void Parse(PtxScope parameters)
    {
        _scope = parameters;
        reader.ExpectSymbol("{");
        Open();
        while (_depth > 0)
        {
            try
            {
                ParseStatement();
            }
            catch (PtxSyntaxException refused) when (!refused.IsFatal && !reader.Is(PtxTokenKind.End))
            {
                if (!reader.Record(refused.Error))
                {
                    throw new PtxSyntaxException(new PtxError(PtxErrorKind.Syntax, refused.Error.Line, refused.Error.Column, "too many errors"), isFatal: true);
                }

                SkipStatement();
            }
        }
    }

    /// <summary>Goes on behind the next semicolon, or before the brace that ends the block; a brace with a comma or a semicolon behind it ends a vector only.</summary>
    private void SkipStatement()
    {
        for (int open = 0; !reader.Is(PtxTokenKind.End) && !reader.IsSymbol(";");)
        {
            bool closes = reader.IsSymbol("}");
            if (closes && open == 0 && !IsEndOfVector())
            {
                return;
            }

            open += reader.IsSymbol("{") ? 1 : closes && open > 0 ? -1 : 0;
            reader.Take();
        }

        reader.TakeSymbol(";");
    }

    private bool IsEndOfVector() => reader.PeekIsSymbol(",") || reader.PeekIsSymbol(";");

    private void ParseStatement()
    {
        switch (reader.Current.Kind)
        {
            case PtxTokenKind.Word:
                ParseLabelOrInstruction();
                break;
            case PtxTokenKind.Dot:
                ParseDirective();
                break;
            case PtxTokenKind.Symbol when reader.IsSymbol("@"):
                instructions.Parse(_scope, sources.Current, reader.Current);
                break;
            case PtxTokenKind.Symbol when reader.TakeSymbol("{"):
                Open();
                break;
            case PtxTokenKind.Symbol when reader.TakeSymbol("}"):
                Close();
                break;
            case PtxTokenKind.Symbol when reader.TakeSymbol(";"):
                break;
            default:
                throw reader.Expected("an instruction, a directive, a label or '}'");
        }
    }

    private void Open()
    {
        if (++_depth > DeepestScope)
        {
            throw new PtxSyntaxException(PtxReader.Error(reader.Current, "blocks nested too deeply").Error, isFatal: true);
        }

        _scope = new PtxScope(_scope);
    }

    private void Close()
    {
        _depth--;
        PtxScope closed = _scope;
        PtxScope outer = closed.Outer ?? throw reader.Expected("a block");
        _scope = outer;
        foreach (PtxLabelUse use in closed.LabelUses)
        {
            if (closed.FindHere(reader.TextOf(use.Token)) is PtxLabel label)
            {
                use.Resolve(label);
            }
            else if (_depth > 0)
            {
                outer.LabelUses.Add(use);
            }
            else
            {
                _ = reader.Record(PtxReader.Error(use.Token, $"unknown label '{reader.Shown(use.Token)}'").Error);
            }
        }
    }

    private void ParseLabelOrInstruction()
    {
        PtxToken word = reader.Take();
        if (!reader.TakeSymbol(":"))
        {
            instructions.Parse(_scope, sources.Current, word);
            return;
        }

        if (reader.TakeDot(".branchtargets"))
        {
            ParseBranchTargets(word);
            return;
        }

        if (reader.IsDot(".callprototype") || reader.IsDot(".calltargets"))
        {
            throw PtxReader.NotSupported(reader.Current, $"'{reader.Shown(reader.Current)}'");
        }

        PtxLabel label = new(reader.TextOf(word).ToString(), function.Instructions.Count, word.Line);
        Declare(word, label);
        function.Labels.Add(label);
    }

    private void ParseBranchTargets(PtxToken name)
    {
        List<PtxToken> targets = [];
        do
        {
            targets.Add(reader.ExpectName("a label"));
        }
        while (reader.TakeSymbol(","));
        reader.ExpectSymbol(";");
        PtxLabel[] labels = new PtxLabel[targets.Count];
        for (int at = 0; at < labels.Length; at++)
        {
            int index = at;
            _scope.LabelUses.Add(new PtxLabelUse(targets[at], label => labels[index] = label));
        }

        Declare(name, new PtxTargetsOperand(labels));
    }

    private void Declare(PtxToken name, object symbol)
    {
        if (!_scope.TryAdd(reader.TextOf(name).ToString(), symbol))
        {
            throw PtxReader.Error(name, $"'{reader.Shown(name)}' is declared twice");
        }
    }

    private void ParseDirective()
    {
        if (sources.TryParse())
        {
            return;
        }

        PtxToken directive = reader.Take();
        switch (reader.TextOf(directive))
        {
            case ".reg":
                ParseRegisters();
                break;
            case ".shared":
                ParseVariables(PtxStateSpace.Shared);
                break;
            case ".local":
                ParseVariables(PtxStateSpace.Local);
                break;
            case ".param":
                ParseVariables(PtxStateSpace.Param);
                break;
            case ".global":
                ParseModuleVariables(PtxStateSpace.Global);
                break;
            case ".const":
                ParseModuleVariables(PtxStateSpace.Const);
                break;
            default:
                throw PtxReader.Error(directive, $"unknown directive '{reader.Shown(directive)}' in a body");
        }

        reader.ExpectSymbol(";");
    }

    private void ParseRegisters()
    {
        PtxType type = declarations.ParseRegisterType(out int width);
        do
        {
            PtxToken name = reader.ExpectName("a register's name");
            if (width > 1)
            {
                Declare(name, reader.IsSymbol("<") ? throw PtxReader.NotSupported(name, "a numbered family of vector registers")
                    : new PtxVectorDeclaration(reader.TextOf(name).ToString(), type, width, name.Line));
            }
            else if (reader.TakeSymbol("<"))
            {
                int count = (int)constants.ParseCount("a number of registers", 1, int.MaxValue);
                reader.ExpectSymbol(">");
                if (!_scope.TryAddFamily(reader.TextOf(name).ToString(), type, count, name.Line))
                {
                    throw PtxReader.Error(name, $"registers '{reader.Shown(name)}' are declared twice");
                }
            }
            else
            {
                Declare(name, new PtxRegisterDeclaration(reader.TextOf(name).ToString(), type, name.Line));
            }
        }
        while (reader.TakeSymbol(","));
    }

    private void ParseVariables(PtxStateSpace space)
    {
        foreach (PtxDeclared declared in declarations.ParseVariables(space, unsized: false, names: null))
        {
            PtxVariable variable = new()
            {
                Name = reader.TextOf(declared.Name).ToString(),
                Space = space,
                ElementType = declared.ElementType,
                Size = declared.Size,
                Alignment = declared.Alignment,
                Line = declared.Name.Line,
                Offset = Place(declared),
            };
            Declare(declared.Name, variable);
            function.Variables.Add(variable);
            if (space == PtxStateSpace.Shared)
            {
                function.Mentioned.Add(variable);
            }
        }
    }

    private void ParseModuleVariables(PtxStateSpace space)
    {
        foreach (PtxDeclared declared in declarations.ParseVariables(space, unsized: false, _scope))
        {
            Declare(declared.Name, module.AddOfBody(declared, function.Function));
        }
    }

    private long Place(PtxDeclared declared)
    {
        switch (declared.Space)
        {
            case PtxStateSpace.Local:
                long local = PtxLayout.AlignUp(function.Function.LocalBytes, declared.Alignment);
                function.Function.LocalBytes = Fit(local, declared, PtxFunctionBuilder.MostLocalBytes);
                function.Function.LocalAlignment = Math.Max(function.Function.LocalAlignment, declared.Alignment);
                return local;
            case PtxStateSpace.Param:
                long frame = PtxLayout.AlignUp(_scope.FrameTop, declared.Alignment);
                _scope.FrameTop = Fit(frame, declared, PtxFunctionBuilder.MostFrameBytes);
                function.Function.ParameterFrameBytes = Math.Max(function.Function.ParameterFrameBytes, _scope.FrameTop);
                return frame;
            default:
                return 0;
        }
    }

    private int Fit(long offset, PtxDeclared declared, int most) => offset + declared.Size <= most
        ? (int)(offset + declared.Size)
        : throw PtxReader.Error(declared.Name, $"'{function.Function.Name}' uses too much {declared.Space.ToString().ToLowerInvariant()} data (0x{offset + declared.Size:x} bytes, 0x{most:x} max)");
}
