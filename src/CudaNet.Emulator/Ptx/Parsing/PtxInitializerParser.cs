namespace CudaNet.Emulator.Ptx;

/// <summary>A variable's initial bytes, and the places that take addresses.</summary>
internal sealed record PtxInitializer(ReadOnlyMemory<byte> Bytes, IReadOnlyList<PtxRelocation> Relocations);

/// <summary>Reads initialisers: a value, or values in braces, in as many levels as the array has dimensions.</summary>
internal sealed class PtxInitializerParser(PtxReader reader, PtxConstantParser constants)
{
    /// <summary>The most bytes that may stay zero between written ones, in all variables of a module together.</summary>
    private const long MostPadding = 1 << 20;

    private readonly List<byte> _bytes = [];
    private readonly List<PtxRelocation> _relocations = [];
    private long _padding;
    private PtxType _type;
    private PtxScope _names = new(null);

    /// <param name="type">An element's.</param>
    /// <param name="dimensions">Of an array; empty for one value.</param>
    /// <param name="names">The names that the place of the declaration sees.</param>
    public PtxInitializer Parse(PtxType type, IReadOnlyList<long> dimensions, PtxScope names)
    {
        _names = names;
        _bytes.Clear();
        _relocations.Clear();
        _type = type;
        if (dimensions.Count == 0)
        {
            bool braced = reader.TakeSymbol("{");
            ParseElement(0);
            if (braced)
            {
                reader.ExpectSymbol("}");
            }
        }
        else
        {
            ParseLevel(dimensions, 0, 0);
        }

        return new PtxInitializer(_bytes.ToArray(), [.. _relocations]);
    }

    private void ParseLevel(IReadOnlyList<long> dimensions, int level, long start)
    {
        PtxToken brace = reader.Current;
        reader.ExpectSymbol("{");
        long stride = _type.Bytes();
        for (int at = level + 1; at < dimensions.Count; at++)
        {
            stride *= dimensions[at];
        }

        long end = start + (stride * dimensions[level]);
        for (long at = start; !reader.IsSymbol("}");)
        {
            bool nested = level + 1 < dimensions.Count && reader.IsSymbol("{");
            if (at >= end)
            {
                throw PtxReader.Error(brace, "more values than the array has elements");
            }

            if (nested)
            {
                ParseLevel(dimensions, level + 1, at);
            }
            else
            {
                ParseElement(at);
            }

            at += nested ? stride : _type.Bytes();
            if (!reader.TakeSymbol(","))
            {
                break;
            }
        }

        reader.ExpectSymbol("}");
    }

    private void ParseElement(long offset)
    {
        PtxToken token = reader.Current;
        PadTo(offset, token);
        ulong bits = 0;
        if (constants.IsAtConstant)
        {
            PtxConstant value = constants.Parse();
            if (value.IsFloat != _type.IsFloat() && !(value.IsFloat && _type.IsUntyped() && _type.Bits() >= 32))
            {
                throw PtxReader.Error(token, $"a value of the type '{_type.Text()}' is needed here");
            }

            bits = _type == PtxType.F16 ? throw PtxReader.NotSupported(token, "an initialiser of the type '.f16'") : value.BitsAs(_type);
        }
        else
        {
            ParseAddress(offset);
        }

        for (int at = 0; at < _type.Bytes(); at++)
        {
            _bytes.Add(at < 8 ? (byte)(bits >> (8 * at)) : (byte)0);
        }
    }

    private void ParseAddress(long offset)
    {
        PtxToken start = reader.ExpectName("a value");
        bool generic = reader.TextOf(start) is "generic" && reader.IsSymbol("(");
        if (generic)
        {
            reader.ExpectSymbol("(");
        }

        PtxToken name = generic ? reader.ExpectName("a variable") : start;
        object? symbol = _names.Find(reader.TextOf(name));
        long addend = 0;
        if (reader.IsSymbol("+") || reader.IsSymbol("-"))
        {
            bool minus = reader.Take() is var sign && reader.TextOf(sign)[0] == '-';
            addend = constants.ParseInteger("an offset", int.MinValue, uint.MaxValue);
            addend = minus ? -addend : addend;
        }

        if (generic)
        {
            reader.ExpectSymbol(")");
        }

        PtxRelocation? relocation = symbol switch
        {
            PtxVariable { Space: not (PtxStateSpace.Local or PtxStateSpace.Param) } variable => new PtxRelocation(offset, _type.Bytes(), variable, null, addend, generic),
            PtxFunction function => new PtxRelocation(offset, _type.Bytes(), null, function, addend, generic),
            _ => null,
        };
        if (relocation is null || _type.Bits() != 64 || _type.IsFloat())
        {
            throw PtxReader.Error(name, relocation is null ? $"unknown symbol '{reader.Shown(name)}'" : "an address needs a 64-bit integer type");
        }

        _relocations.Add(relocation);
    }

    private void PadTo(long offset, PtxToken token)
    {
        _padding += offset - _bytes.Count;
        if (_padding > MostPadding)
        {
            throw PtxReader.NotSupported(token, "an initialiser that leaves so much out");
        }

        while (_bytes.Count < offset)
        {
            _bytes.Add(0);
        }
    }
}
