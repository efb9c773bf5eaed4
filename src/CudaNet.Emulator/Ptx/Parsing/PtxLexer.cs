using System.Buffers;

namespace CudaNet.Emulator.Ptx;

/// <summary>Cuts a PTX text into tokens, one at a time. Line ends are LF, CRLF or CR; anything that is not ASCII is refused.</summary>
internal sealed class PtxLexer(string text)
{
    private const string TwoCharacterSymbols = "<<>><=>===!=&&||";
    private static readonly SearchValues<char> HexadecimalDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private int _at;
    private int _line = 1;
    private int _lineStart;

    public ReadOnlySpan<char> Text(PtxToken token) => text.AsSpan(token.Start, token.Length);

    /// <summary>Refuses characters that no PTX text has, comments included.</summary>
    public void RefuseForeignCharacters()
    {
        int foreign = text.AsSpan().IndexOfAnyExceptInRange('\u0001', '\u007f');
        if (foreign < 0)
        {
            return;
        }

        for (; _at < foreign; _at++)
        {
            CountLine();
        }

        throw Error(_at, text[_at] == '\0' ? "unexpected NUL character" : "unexpected non-ASCII character");
    }

    /// <summary>The next token, not consumed.</summary>
    public PtxToken Peek()
    {
        (int at, int line, int lineStart) = (_at, _line, _lineStart);
        PtxToken next = Next();
        (_at, _line, _lineStart) = (at, line, lineStart);
        return next;
    }

    /// <summary>The next token; at the end, <see cref="PtxTokenKind.End"/> as often as it is asked.</summary>
    public PtxToken Next()
    {
        SkipBlanks();
        int start = _at;
        if (start >= text.Length)
        {
            return Token(PtxTokenKind.End, start);
        }

        char first = text[start];
        if (char.IsAsciiDigit(first))
        {
            return Number(start);
        }

        if (IsWordStart(first) || (first == '%' && IsWordPart(Peek(1))))
        {
            _at++;
            SkipWord();
            return Token(PtxTokenKind.Word, start);
        }

        if (first == '.' && IsWordStart(Peek(1)))
        {
            return Dotted(start);
        }

        if (first == '"')
        {
            return Quoted(start);
        }

        if (first is < ' ' or '\u007f')
        {
            throw Error(start, $"unexpected control character 0x{(int)first:x2}");
        }

        _at += IsTwoCharacterSymbol(start) ? 2 : 1;
        return Token(PtxTokenKind.Symbol, start);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '_' or '$';

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private char Peek(int distance) => _at + distance < text.Length ? text[_at + distance] : '\0';

    private PtxToken Token(PtxTokenKind kind, int start) => new(kind, start, _at - start, _line, start - _lineStart + 1);

    private PtxSyntaxException Error(int at, string message) => new(new PtxError(PtxErrorKind.Syntax, _line, at - _lineStart + 1, message), isFatal: true);

    private void SkipWord()
    {
        while (IsWordPart(Peek(0)))
        {
            _at++;
        }
    }

    private void CountLine()
    {
        char c = text[_at];
        if (c == '\n' || (c == '\r' && Peek(1) != '\n'))
        {
            _line++;
            _lineStart = _at + 1;
        }
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            char c = text[_at];
            if (c is ' ' or '\t' or '\r' or '\n' or '\f' or '\v')
            {
                CountLine();
                _at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                int end = text.AsSpan(_at).IndexOfAny('\n', '\r');
                _at = end < 0 ? text.Length : _at + end;
            }
            else if (c == '/' && Peek(1) == '*')
            {
                SkipBlockComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlockComment()
    {
        int end = text.AsSpan(_at + 2).IndexOf("*/");
        if (end < 0)
        {
            throw Error(_at, "comment without end");
        }

        for (end += _at + 4; _at < end; _at++)
        {
            CountLine();
        }
    }

    private PtxToken Dotted(int start)
    {
        _at++;
        SkipWord();
        while (Peek(0) == ':' && Peek(1) == ':' && IsWordPart(Peek(2)))
        {
            _at += 2;
            SkipWord();
        }

        return Token(PtxTokenKind.Dot, start);
    }

    private PtxToken Quoted(int start)
    {
        _at++;
        while (Peek(0) is not ('"' or '\n' or '\r' or '\0'))
        {
            _at += Peek(0) == '\\' && Peek(1) is '"' or '\\' ? 2 : 1;
        }

        if (Peek(0) != '"')
        {
            throw Error(start, "string without end");
        }

        _at++;
        return Token(PtxTokenKind.String, start);
    }

    private PtxToken Number(int start)
    {
        char marker = text[start] == '0' ? Peek(1) : '\0';
        int hexadecimal = marker switch { 'f' or 'F' => 8, 'd' or 'D' => 16, _ => 0 };
        if (hexadecimal > 0)
        {
            _at += 2;
            SkipWord();
            if (_at - start != 2 + hexadecimal || text.AsSpan(start + 2, hexadecimal).ContainsAnyExcept(HexadecimalDigits))
            {
                throw Error(start, $"'{text.AsSpan(start, _at - start)}' is no floating-point constant: expected 0{marker} and {hexadecimal} hexadecimal digits");
            }

            return Token(PtxTokenKind.Float, start);
        }

        PtxTokenKind kind = PtxTokenKind.Integer;
        while (char.IsAsciiDigit(Peek(0)))
        {
            _at++;
        }

        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            kind = PtxTokenKind.Float;
            _at++;
        }

        SkipExponent(ref kind);
        SkipWord();
        return Token(kind, start);
    }

    private void SkipExponent(ref PtxTokenKind kind)
    {
        while (char.IsAsciiDigit(Peek(0)))
        {
            _at++;
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            kind = PtxTokenKind.Float;
            _at += 2;
        }
    }

    private bool IsTwoCharacterSymbol(int start)
    {
        for (int at = 0; at < TwoCharacterSymbols.Length; at += 2)
        {
            if (text[start] == TwoCharacterSymbols[at] && Peek(1) == TwoCharacterSymbols[at + 1])
            {
                return true;
            }
        }

        return false;
    }
}
