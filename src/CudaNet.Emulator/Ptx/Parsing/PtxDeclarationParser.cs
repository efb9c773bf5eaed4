namespace CudaNet.Emulator.Ptx;

/// <summary>A variable as written, before it has a place.</summary>
internal sealed record PtxDeclared(PtxToken Name, PtxStateSpace Space, PtxType ElementType, long Size, int Alignment, PtxInitializer? Initializer);

/// <summary>Reads declarations of variables and parameters: alignment, type, name, array lengths, initialiser.</summary>
internal sealed class PtxDeclarationParser(PtxReader reader, PtxConstantParser constants, PtxInitializerParser initializers)
{
    private const long LargestVariable = 1L << 40;
    private const int LargestAlignment = 1 << 16;
    private const int MostDimensions = 16;

    private static readonly PtxTypeSet Fundamental = PtxTypeSet.Memory | PtxTypeSet.Of(PtxType.F16, PtxType.F16x2);

    /// <summary>
    /// Reads what follows <c>.global</c>, <c>.shared</c>, <c>.local</c>, <c>.const</c> or <c>.param</c>, up to but without the semicolon: one or more names.
    /// An array without length is taken where <paramref name="unsized"/>, an initialiser where there are <paramref name="names"/> for it to mention.
    /// </summary>
    public IReadOnlyList<PtxDeclared> ParseVariables(PtxStateSpace space, bool unsized, PtxScope? names)
    {
        (PtxType type, int alignment, int width) = ParseType();
        List<PtxDeclared> declared = [];
        do
        {
            PtxToken name = reader.ExpectName("a variable's name");
            (long size, IReadOnlyList<long> dimensions) = ParseDimensions(type, width, unsized);
            PtxInitializer? initializer = null;
            PtxToken equals = reader.Current;
            if (reader.TakeSymbol("="))
            {
                initializer = names is not null && size > 0 ? initializers.Parse(type, dimensions, names) : throw PtxReader.Error(equals, "this variable takes no initialiser");
            }

            declared.Add(new PtxDeclared(name, space, type, size, alignment, initializer));
        }
        while (reader.TakeSymbol(","));
        return declared;
    }

    /// <summary>Reads a parameter behind its <c>.param</c> or <c>.reg</c>.</summary>
    public PtxDeclared ParseParameter(PtxStateSpace space)
    {
        if (space == PtxStateSpace.Register)
        {
            PtxType registerType = ParseRegisterType(out int elements);
            return elements > 1 ? throw PtxReader.NotSupported(reader.Current, "a vector register as a parameter") : new PtxDeclared(ExpectParameterName(), space, registerType, registerType.Bytes(), Math.Max(1, registerType.Bytes()), null);
        }

        (PtxType type, int alignment, int width) = ParseType();
        PtxToken name = ExpectParameterName();
        (long size, _) = ParseDimensions(type, width, unsized: false);
        return new PtxDeclared(name, space, type, size, alignment, null);
    }

    /// <summary>Reads the type in a <c>.reg</c> declaration, and before it of how many elements a vector register is.</summary>
    public PtxType ParseRegisterType(out int width)
    {
        width = reader.TakeDot(".v2") ? 2 : reader.TakeDot(".v4") ? 4 : 1;
        PtxToken token = reader.Expect(PtxTokenKind.Dot, "a register's type");
        PtxType type = PtxTypeNames.Find(reader.TextOf(token));
        return type == PtxType.Pred || Fundamental.Contains(type) ? type : throw PtxReader.Error(token, $"a register cannot have the type '{reader.Shown(token)}'");
    }

    private PtxToken ExpectParameterName() => reader.Is(PtxTokenKind.Word) ? reader.Take() : throw reader.Expected("a parameter's name");

    private (PtxType Type, int Alignment, int Width) ParseType()
    {
        int alignment = ParseAlignment();
        int width = reader.TakeDot(".v2") ? 2 : reader.TakeDot(".v4") ? 4 : 1;
        PtxToken token = reader.Expect(PtxTokenKind.Dot, "a type");
        PtxType type = PtxTypeNames.Find(reader.TextOf(token));
        if (PtxTypeNames.IsUnsupported(reader.TextOf(token)))
        {
            throw PtxReader.NotSupported(token, $"the type '{reader.Shown(token)}'");
        }

        if (!Fundamental.Contains(type))
        {
            throw PtxReader.Error(token, $"a variable cannot have the type '{reader.Shown(token)}'");
        }

        SkipPointerAttributes();
        return (type, alignment != 0 ? alignment : type.Bytes() * width, width);
    }

    private int ParseAlignment()
    {
        if (!reader.TakeDot(".align"))
        {
            return 0;
        }

        PtxToken token = reader.Current;
        int alignment = (int)constants.ParseInteger("an alignment", 1, LargestAlignment);
        return int.IsPow2(alignment) ? alignment : throw PtxReader.Error(token, "an alignment must be a power of two");
    }

    private void SkipPointerAttributes()
    {
        if (!reader.TakeDot(".ptr"))
        {
            return;
        }

        _ = reader.TakeDot(".global") || reader.TakeDot(".shared") || reader.TakeDot(".const") || reader.TakeDot(".local");
        ParseAlignment();
    }

    private (long Size, IReadOnlyList<long> Dimensions) ParseDimensions(PtxType type, int width, bool unsized)
    {
        List<long> dimensions = [];
        long size = type.Bytes() * width;
        bool open = false;
        while (reader.IsSymbol("["))
        {
            PtxToken bracket = reader.Take();
            bool first = dimensions.Count == 0 && !open;
            if (first && reader.IsSymbol("]"))
            {
                open = unsized ? true : throw PtxReader.Error(bracket, "an array needs a length here");
            }
            else
            {
                long length = constants.ParseInteger("an array's length", 1, LargestVariable);
                size = length <= LargestVariable / size ? size * length : throw PtxReader.Error(bracket, "the array is larger than a device's memory");
                dimensions.Add(length);
            }

            reader.ExpectSymbol("]");
            if (dimensions.Count > MostDimensions)
            {
                throw PtxReader.Error(bracket, "too many dimensions");
            }
        }

        if (width > 1)
        {
            dimensions.Add(width);
        }

        return (open ? 0 : size, dimensions);
    }
}
