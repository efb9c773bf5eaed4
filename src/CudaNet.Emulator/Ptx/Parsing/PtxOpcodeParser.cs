namespace CudaNet.Emulator.Ptx;

/// <summary>An opcode with its modifiers, found legal.</summary>
internal sealed record PtxOpcodeText(string Text, PtxForm Form, PtxModifiers Modifiers);

/// <summary>Reads opcodes with their modifiers; what a text repeats is decoded once.</summary>
internal sealed class PtxOpcodeParser(PtxReader reader, PtxHeader header)
{
    private const int MostModifiers = 16;

    private readonly Dictionary<string, PtxOpcodeText> _seen = [];
    private readonly List<PtxToken> _modifiers = [];

    /// <summary>Reads the modifiers behind an opcode's name.</summary>
    /// <param name="name">The opcode, consumed already.</param>
    public PtxOpcodeText Parse(PtxToken name)
    {
        _modifiers.Clear();
        while (reader.Is(PtxTokenKind.Dot))
        {
            _modifiers.Add(reader.Take());
            if (_modifiers.Count > MostModifiers)
            {
                throw PtxReader.Error(_modifiers[^1], "too many modifiers");
            }
        }

        PtxToken last = _modifiers.Count > 0 ? _modifiers[^1] : name;
        ReadOnlySpan<char> text = reader.TextOf(name with { Length = last.Start + last.Length - name.Start });
        if (_seen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out PtxOpcodeText? seen))
        {
            return seen;
        }

        PtxOpcodeText parsed = Decode(name, string.Concat(reader.TextOf(name), string.Concat(_modifiers.Select(reader.Shown))));
        _seen.Add(text.ToString(), parsed);
        return parsed;
    }

    private PtxOpcodeText Decode(PtxToken name, string text)
    {
        string mnemonic = reader.TextOf(name).ToString();
        ReadOnlySpan<PtxForm> forms = PtxFormTable.Find(mnemonic);
        if (forms.IsEmpty || IsUnsupported(mnemonic))
        {
            throw PtxFormTable.IsUnsupported(mnemonic) || !forms.IsEmpty ? PtxReader.NotSupported(name, $"'{text}'") : PtxReader.Error(name, $"unknown instruction '{reader.Shown(name)}'");
        }

        PtxModifierReader decoded = new(reader, mnemonic);
        foreach (PtxToken modifier in _modifiers)
        {
            decoded.Add(modifier);
        }

        PtxModifiers modifiers = mnemonic == "bar" ? decoded.Modifiers with { Aligned = true } : decoded.Modifiers;
        PtxForm form = Choose(name, text, forms, modifiers, decoded.Parts);
        Require(name, text, PtxFormTable.SinceOf(modifiers));
        return new PtxOpcodeText(text, form, modifiers);
    }

    private bool IsUnsupported(string mnemonic) => mnemonic switch
    {
        "fence" => _modifiers.Any(modifier => reader.TextOf(modifier) is ".proxy" or ".mbarrier_init"),
        "barrier" => _modifiers.Any(modifier => reader.TextOf(modifier) is ".cluster"),
        "st" => _modifiers.Any(modifier => reader.TextOf(modifier) is ".async" or ".bulk"),
        "prefetch" => _modifiers.Any(modifier => reader.TextOf(modifier).StartsWith(".L2::evict", StringComparison.Ordinal) || reader.TextOf(modifier) is ".L2::cache_hint"),
        "red" or "atom" => _modifiers.Any(modifier => reader.TextOf(modifier) is ".async" or ".v2" or ".v4" or ".v8" or ".b128"),
        _ => _modifiers.Any(modifier => reader.TextOf(modifier) is ".L2::cache_hint" or ".shared::cluster" or ".unified"),
    };

    private PtxForm Choose(PtxToken name, string text, ReadOnlySpan<PtxForm> forms, PtxModifiers modifiers, PtxParts parts)
    {
        string? complaint = null;
        List<PtxForm> ofTypes = [];
        PtxForm? newer = null;
        foreach (PtxForm form in forms)
        {
            if (!form.TakesTypes(modifiers))
            {
                continue;
            }

            ofTypes.Add(form);
            if (!form.TakesParts(parts) || !form.TakesRounding(modifiers.Rounding))
            {
                continue;
            }

            string? wrong = form.Check?.Invoke(modifiers);
            complaint ??= wrong;
            if (wrong is null && header.Has(form.Since))
            {
                return form;
            }

            newer ??= wrong is null ? form : null;
        }

        if (newer is not null)
        {
            Require(name, text, newer.Since);
        }

        throw PtxReader.Error(name, complaint is not null ? $"'{text}': {complaint}"
            : ofTypes.Count == 0 ? WrongType(text, forms, modifiers, parts)
            : PtxPartNames.Complain(text, forms, ofTypes, modifiers, parts));
    }

    private static string WrongType(string text, ReadOnlySpan<PtxForm> forms, PtxModifiers modifiers, PtxParts parts) =>
        IsVoteWithoutSync(forms, parts) ? $"'{text}' without '.sync' is not for '.target sm_70' and later"
        : modifiers.Type == PtxType.None ? $"'{text}' needs a type"
        : $"'{text}': the type '{modifiers.Type.Text()}{modifiers.SourceType.Text()}' is not one of the instruction's";

    private static bool IsVoteWithoutSync(ReadOnlySpan<PtxForm> forms, PtxParts parts) => forms[0].Name is "vote" or "shfl" && (parts & PtxParts.Sync) == 0;

    private void Require(PtxToken name, string text, PtxSince since)
    {
        if (header.Target.Capability < since.Target)
        {
            throw PtxReader.Error(name, $"'{text}' requires '.target sm_{since.Target}' or later; the module's is {header.Target}");
        }

        if (header.Version < since.Version)
        {
            throw PtxReader.Error(name, $"'{text}' requires PTX ISA '.version {since.Version}' or later; the module's is {header.Version}");
        }
    }
}
