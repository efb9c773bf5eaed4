namespace CudaNet.Emulator.Ptx;

/// <summary>Gives the module's variables their places, and collects what the module contains.</summary>
internal sealed class PtxModuleBuilder(PtxReader reader, PtxHeader header)
{
    private const int MostConstBytes = 65536;
    private const long MostGlobalBytes = 1L << 41;

    private readonly List<PtxKernel> _kernels = [];
    private readonly List<PtxFunction> _functions = [];
    private readonly List<PtxVariable> _variables = [];
    private readonly Dictionary<PtxFunction, HashSet<object>> _mentioned = [];
    private long _globalBytes;
    private long _constBytes;

    /// <summary>The module's names.</summary>
    public PtxScope Scope { get; } = new(null);

    public PtxHeader Header => header;

    public IReadOnlyDictionary<PtxFunction, HashSet<object>> Mentioned => _mentioned;

    public IReadOnlyList<PtxKernel> Kernels => _kernels;

    /// <summary>Adds a variable of the module.</summary>
    public void Add(PtxDeclared declared, PtxLinkage linkage)
    {
        PtxVariable variable = Create(declared, linkage, reader.TextOf(declared.Name).ToString());
        Declare(declared.Name, variable);
        _variables.Add(variable);
    }

    /// <summary>Adds a variable that is declared in a body: the module's, under a name that no text can have, and visible in that body alone.</summary>
    public PtxVariable AddOfBody(PtxDeclared declared, PtxFunction function)
    {
        PtxVariable variable = Create(declared, PtxLinkage.None, $"{function.Name}:{declared.Name.Line}:{_variables.Count}:{reader.TextOf(declared.Name)}");
        _variables.Add(variable);
        return variable;
    }

    public void Declare(PtxToken name, object symbol)
    {
        if (!Scope.TryAdd(reader.TextOf(name).ToString(), symbol))
        {
            throw PtxReader.Error(name, $"'{reader.Shown(name)}' is declared twice");
        }
    }

    public void Add(PtxFunction function)
    {
        if (function is PtxKernel kernel)
        {
            _kernels.Add(kernel);
        }
        else
        {
            _functions.Add(function);
        }
    }

    /// <summary>Remembers what a function's body mentions, until the kernels' shared memory is laid out.</summary>
    public void Remember(PtxFunctionBuilder body) => _mentioned[body.Function] = body.Mentioned;

    public PtxModule Build(string name) => new()
    {
        Name = name,
        Version = header.Version,
        Target = header.Target,
        Kernels = [.. _kernels],
        Functions = [.. _functions],
        Variables = [.. _variables],
        GlobalBytes = _globalBytes,
        ConstBytes = (int)_constBytes,
    };

    private PtxVariable Create(PtxDeclared declared, PtxLinkage linkage, string name) => new()
    {
        Name = name,
        Space = declared.Space,
        ElementType = declared.ElementType,
        Size = declared.Size,
        Alignment = declared.Alignment,
        Line = declared.Name.Line,
        Linkage = linkage,
        Offset = linkage != PtxLinkage.Extern ? Place(declared) : 0,
        InitialBytes = declared.Initializer?.Bytes ?? default,
        Relocations = declared.Initializer?.Relocations ?? [],
    };

    private long Place(PtxDeclared declared)
    {
        switch (declared.Space)
        {
            case PtxStateSpace.Global:
                long global = PtxLayout.AlignUp(_globalBytes, declared.Alignment);
                _globalBytes = global + declared.Size;
                return _globalBytes <= MostGlobalBytes ? global : throw PtxReader.Error(declared.Name, "the module's variables are larger than a device's memory");
            case PtxStateSpace.Const:
                long constant = PtxLayout.AlignUp(_constBytes, declared.Alignment);
                _constBytes = constant + declared.Size;
                return _constBytes <= MostConstBytes ? constant : throw PtxReader.Error(declared.Name, $"the module uses too much constant data (0x{_constBytes:x} bytes, 0x{MostConstBytes:x} max)");
            default:
                return 0;
        }
    }
}
