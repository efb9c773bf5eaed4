namespace CudaNet.Emulator.Ptx;

/// <summary>The tokens of a text with one of lookahead, what the grammar asks of them, and the errors found so far.</summary>
internal sealed class PtxReader
{
    /// <summary>More errors than this are not collected.</summary>
    public const int MostErrors = 20;

    private readonly PtxLexer _lexer;
    private readonly List<PtxError> _errors = [];

    public PtxReader(string text)
    {
        _lexer = new PtxLexer(text);
        _lexer.RefuseForeignCharacters();
        Current = _lexer.Next();
    }

    /// <summary>The token not yet consumed.</summary>
    public PtxToken Current { get; private set; }

    public ReadOnlySpan<char> Text => _lexer.Text(Current);

    public IReadOnlyList<PtxError> Errors => _errors;

    public ReadOnlySpan<char> TextOf(PtxToken token) => _lexer.Text(token);

    public bool Is(PtxTokenKind kind) => Current.Kind == kind;

    public bool IsSymbol(string symbol) => Current.Kind == PtxTokenKind.Symbol && Text.SequenceEqual(symbol);

    /// <summary>Whether the token behind the current one is a symbol.</summary>
    public bool PeekIsSymbol(string symbol) => _lexer.Peek() is { Kind: PtxTokenKind.Symbol } next && _lexer.Text(next).SequenceEqual(symbol);

    public bool IsDot(string directive) => Current.Kind == PtxTokenKind.Dot && Text.SequenceEqual(directive);

    /// <summary>Consumes the current token and gives it.</summary>
    public PtxToken Take()
    {
        PtxToken taken = Current;
        Current = _lexer.Next();
        return taken;
    }

    public bool TakeSymbol(string symbol)
    {
        bool found = IsSymbol(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    public bool TakeDot(string directive)
    {
        bool found = IsDot(directive);
        if (found)
        {
            Take();
        }

        return found;
    }

    public PtxToken Expect(PtxTokenKind kind, string what) => Is(kind) ? Take() : throw Expected(what);

    public void ExpectSymbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Expected($"'{symbol}'");
        }
    }

    /// <summary>An identifier that names something.</summary>
    public PtxToken ExpectName(string what) => Is(PtxTokenKind.Word) && !Text.SequenceEqual("_") ? Take() : throw Expected(what);

    public PtxSyntaxException Expected(string what) =>
        Error(Current, Is(PtxTokenKind.End) ? $"expected {what} before the text's end" : $"expected {what}, not '{Shown(Current)}'");

    public static PtxSyntaxException Error(PtxToken at, string message, PtxErrorKind kind = PtxErrorKind.Syntax) => new(new PtxError(kind, at.Line, at.Column, message));

    public static PtxSyntaxException NotSupported(PtxToken at, string what) => Error(at, $"{what} is not supported by this emulator", PtxErrorKind.NotSupported);

    /// <summary>A token's text as a message shows it.</summary>
    public string Shown(PtxToken token) => token.Length <= 60 ? TextOf(token).ToString() : $"{TextOf(token)[..57]}...";

    /// <summary>Records an error that parsing survives.</summary>
    /// <returns>False when there are enough of them.</returns>
    public bool Record(PtxError error)
    {
        if (_errors.Count < MostErrors)
        {
            _errors.Add(error);
        }

        return _errors.Count < MostErrors;
    }
}
