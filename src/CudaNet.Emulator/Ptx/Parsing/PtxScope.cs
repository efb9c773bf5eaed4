namespace CudaNet.Emulator.Ptx;

/// <summary>The names declared between two braces; those outside are seen through <see cref="Outer"/>.</summary>
internal sealed class PtxScope(PtxScope? outer)
{
    private const int MostNumberDigits = 9;

    private readonly Dictionary<string, object> _symbols = [];
    private Dictionary<string, (PtxType Type, int Count, int Line)>? _families;
    private Dictionary<string, int>? _leastNumbers;

    public PtxScope? Outer { get; } = outer;

    /// <summary>Where the parameter frame of calls stood when the scope was entered.</summary>
    public int FrameTop { get; set; } = outer?.FrameTop ?? 0;

    /// <summary>Uses of labels that are not resolved yet.</summary>
    public List<PtxLabelUse> LabelUses { get; } = [];

    /// <summary>Declares a name.</summary>
    /// <returns>False where the scope has it already.</returns>
    public bool TryAdd(string name, object symbol)
    {
        if (FindFamily(name, out _) || !_symbols.TryAdd(name, symbol))
        {
            return false;
        }

        if (symbol is PtxRegisterDeclaration)
        {
            RememberNumber(name);
        }

        return true;
    }

    /// <summary>Declares <c>prefix0</c> to <c>prefix(count-1)</c>.</summary>
    public bool TryAddFamily(string prefix, PtxType type, int count, int line)
    {
        bool taken = _leastNumbers is not null && _leastNumbers.TryGetValue(prefix, out int least) && least < count;
        _families ??= [];
        return !taken && _families.TryAdd(prefix, (type, count, line));
    }

    /// <summary>Gives a declared name another meaning.</summary>
    public void Replace(string name, object symbol) => _symbols[name] = symbol;

    /// <summary>What a name stands for in this scope alone; null where nothing. A member of a family is created when it is first asked for.</summary>
    public object? FindHere(ReadOnlySpan<char> name)
    {
        if (_symbols.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out object? symbol))
        {
            return symbol;
        }

        if (!FindFamily(name, out (PtxType Type, int Count, int Line) family))
        {
            return null;
        }

        PtxRegisterDeclaration register = new(name.ToString(), family.Type, family.Line);
        _symbols.Add(register.Name, register);
        return register;
    }

    /// <summary>What a name stands for here or outside.</summary>
    public object? Find(ReadOnlySpan<char> name)
    {
        for (PtxScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.FindHere(name) is { } symbol)
            {
                return symbol;
            }
        }

        return null;
    }

    private bool FindFamily(ReadOnlySpan<char> name, out (PtxType Type, int Count, int Line) family)
    {
        family = default;
        if (_families is null)
        {
            return false;
        }

        Dictionary<string, (PtxType Type, int Count, int Line)>.AlternateLookup<ReadOnlySpan<char>> families = _families.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int digits = 1; digits <= MostNumberDigits + 1 && HasNumber(name, digits); digits++)
        {
            if (families.TryGetValue(name[..^digits], out family) && IsNumber(name[^digits..], out int number) && number < family.Count)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasNumber(ReadOnlySpan<char> name, int digits) => digits < name.Length && char.IsAsciiDigit(name[^digits]);

    private static bool IsNumber(ReadOnlySpan<char> digits, out int number) => int.TryParse(digits, out number) && (digits.Length == 1 || digits[0] != '0');

    private void RememberNumber(string name)
    {
        for (int digits = 1; digits <= MostNumberDigits + 1 && HasNumber(name, digits); digits++)
        {
            string prefix = name[..^digits];
            if (IsNumber(name.AsSpan()[^digits..], out int number))
            {
                _leastNumbers ??= [];
                _leastNumbers[prefix] = Math.Min(number, _leastNumbers.GetValueOrDefault(prefix, number));
            }
        }
    }
}

/// <summary>A register as declared; it becomes a <see cref="PtxRegister"/> when an instruction mentions it.</summary>
internal sealed class PtxRegisterDeclaration(string name, PtxType type, int line)
{
    public string Name { get; } = name;

    public PtxType Type { get; } = type;

    public int Line { get; } = line;

    /// <summary>The register, once mentioned.</summary>
    public PtxRegister? Register { get; set; }
}

/// <summary>A vector register as declared: <c>.reg .v4 .f32 %v</c>, whose elements are registers.</summary>
internal sealed class PtxVectorDeclaration(string name, PtxType type, int count, int line)
{
    private static readonly string[] Components = [".x", ".y", ".z", ".w"];

    public IReadOnlyList<PtxRegisterDeclaration> Elements { get; } = [.. Components[..count].Select(c => new PtxRegisterDeclaration(name + c, type, line))];
}

/// <summary>A use of a label that may be defined later: where its operand goes when it is.</summary>
internal readonly record struct PtxLabelUse(PtxToken Token, Action<PtxLabel> Resolve);
