namespace CudaNet.Emulator.Ptx;

/// <summary>Reads a whole module.</summary>
internal sealed class PtxModuleParser
{
    private readonly string _name;
    private readonly PtxReader _reader;
    private readonly PtxConstantParser _constants;
    private readonly PtxModuleBuilder _module;
    private readonly PtxDeclarationParser _declarations;
    private readonly PtxFunctionParser _functions;
    private readonly PtxSourceParser _sources;

    private PtxModuleParser(string name, PtxReader reader)
    {
        _name = name;
        _reader = reader;
        _constants = new PtxConstantParser(reader);
        _module = new PtxModuleBuilder(reader, PtxHeader.Parse(reader));
        _declarations = new PtxDeclarationParser(reader, _constants, new PtxInitializerParser(reader, _constants));
        _sources = new PtxSourceParser(reader, _constants);
        _functions = new PtxFunctionParser(reader, _constants, _module, _declarations, _sources);
    }

    /// <exception cref="PtxParseException">The text is refused.</exception>
    public static PtxModule Parse(string text, string name)
    {
        PtxReader? reader = null;
        try
        {
            reader = new PtxReader(text);
            return new PtxModuleParser(name, reader).Parse();
        }
        catch (PtxSyntaxException refused)
        {
            throw new PtxParseException(name, [.. reader?.Errors ?? [], refused.Error]);
        }
    }

    private PtxModule Parse()
    {
        while (!_reader.Is(PtxTokenKind.End))
        {
            ParseDirective();
        }

        new PtxSharedLayout(_reader, _module).Apply();
        return _reader.Errors.Count == 0 ? _module.Build(_name) : throw new PtxParseException(_name, [.. _reader.Errors]);
    }

    private void ParseDirective()
    {
        if (_sources.TryParse() || _reader.TakeSymbol(";"))
        {
            return;
        }

        PtxLinkage linkage = ParseLinkage();
        PtxToken directive = _reader.Expect(PtxTokenKind.Dot, "a directive");
        switch (_reader.TextOf(directive))
        {
            case ".entry":
                _functions.ParseKernel(linkage);
                break;
            case ".func":
                _functions.ParseFunction(linkage);
                break;
            case ".global":
                SkipManaged();
                ParseVariables(PtxStateSpace.Global, linkage);
                break;
            case ".const":
                ParseVariables(PtxStateSpace.Const, linkage);
                break;
            case ".shared":
                ParseVariables(PtxStateSpace.Shared, linkage);
                break;
            case ".tex" or ".alias" or ".noinline":
                throw PtxReader.NotSupported(directive, $"'{_reader.Shown(directive)}'");
            case ".version" or ".target" or ".address_size":
                throw PtxReader.Error(directive, $"'{_reader.Shown(directive)}' stands only once, at the start, in the order .version, .target, .address_size");
            default:
                throw PtxReader.Error(directive, $"unknown directive '{_reader.Shown(directive)}'");
        }
    }

    private PtxLinkage ParseLinkage()
    {
        PtxLinkage linkage = PtxLinkage.None;
        while (_reader.Is(PtxTokenKind.Dot))
        {
            PtxLinkage found = _reader.Text switch
            {
                ".visible" => PtxLinkage.Visible,
                ".extern" => PtxLinkage.Extern,
                ".weak" => PtxLinkage.Weak,
                ".common" => PtxLinkage.Common,
                _ => PtxLinkage.None,
            };
            if (found == PtxLinkage.None)
            {
                break;
            }

            linkage = linkage == PtxLinkage.None ? found : throw PtxReader.Error(_reader.Current, "a second linkage directive");
            _reader.Take();
        }

        return linkage;
    }

    private void SkipManaged()
    {
        PtxToken token = _reader.Current;
        if (_reader.TakeDot(".attribute"))
        {
            throw PtxReader.NotSupported(token, "'.attribute'");
        }
    }

    private void ParseVariables(PtxStateSpace space, PtxLinkage linkage)
    {
        bool external = linkage == PtxLinkage.Extern;
        foreach (PtxDeclared declared in _declarations.ParseVariables(space, external, external || space == PtxStateSpace.Shared ? null : _module.Scope))
        {
            _module.Add(declared, linkage);
        }

        _reader.ExpectSymbol(";");
    }
}
