using System.Text;

namespace CudaNet.Weights;

/// <summary>Cuts TorchScript's code, a small part of Python, into tokens; lines in brackets are one line. The number of tokens is at most that of characters.</summary>
internal sealed class ScriptLexer(string code)
{
    private static readonly string[] Symbols = ["**=", "//=", "->", "+=", "-=", "*=", "/=", "==", "!=", "<=", ">=", "**", "//"];

    private readonly List<ScriptToken> _tokens = [];
    private readonly Stack<int> _indents = new([0]);
    private int _at;
    private int _line = 1;
    private int _brackets;

    /// <exception cref="ScriptException">A string has no end, or an indentation no beginning.</exception>
    public static List<ScriptToken> Cut(string code) => new ScriptLexer(code).Cut();

    private List<ScriptToken> Cut()
    {
        while (_at < code.Length)
        {
            if (_brackets == 0 && (_tokens.Count == 0 || _tokens[^1].Kind is ScriptTokenKind.NewLine or ScriptTokenKind.Dedent or ScriptTokenKind.Indent) && !StartLine())
            {
                continue;
            }

            char next = code[_at];
            if (next == '\n')
            {
                EndLine();
            }
            else if (next is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (next == '#')
            {
                SkipComment();
            }
            else
            {
                CutToken(next);
            }
        }

        if (_tokens.Count > 0 && _tokens[^1].Kind != ScriptTokenKind.NewLine)
        {
            Add(ScriptTokenKind.NewLine, "");
        }

        while (_indents.Pop() > 0)
        {
            Add(ScriptTokenKind.Dedent, "");
        }

        Add(ScriptTokenKind.End, "");
        return _tokens;
    }

    /// <summary>Measures the indentation of a line; false where there is nothing else on it.</summary>
    private bool StartLine()
    {
        int start = _at;
        while (_at < code.Length && code[_at] is ' ' or '\t' or '\r')
        {
            _at++;
        }

        if (_at < code.Length && code[_at] == '#')
        {
            SkipComment();
        }

        if (_at >= code.Length || code[_at] == '\n')
        {
            _at++;
            _line++;
            return false;
        }

        int indent = _at - start;
        if (indent > _indents.Peek() && (_tokens.Count == 0 || _tokens[^1].Kind == ScriptTokenKind.NewLine))
        {
            _indents.Push(indent);
            Add(ScriptTokenKind.Indent, "");
        }

        while (indent < _indents.Peek())
        {
            _indents.Pop();
            Add(ScriptTokenKind.Dedent, "");
        }

        // The spaces are behind: what follows is on the line, so that this is not asked again for it.
        CutToken(code[_at]);
        return false;
    }

    private void EndLine()
    {
        if (_brackets == 0)
        {
            Add(ScriptTokenKind.NewLine, "");
        }

        _line++;
        _at++;
    }

    private void CutToken(char next)
    {
        if (char.IsAsciiLetter(next) || next == '_')
        {
            Take(ScriptTokenKind.Name, c => char.IsAsciiLetterOrDigit(c) || c == '_');
        }
        else if (char.IsAsciiDigit(next))
        {
            TakeNumber();
        }
        else if (next is '"' or '\'')
        {
            TakeText(next);
        }
        else
        {
            string symbol = Array.Find(Symbols, s => string.CompareOrdinal(code, _at, s, 0, s.Length) == 0) ?? code[_at].ToString();
            _brackets = Math.Max(0, _brackets + (symbol is "(" or "[" or "{" ? 1 : symbol is ")" or "]" or "}" ? -1 : 0));
            _at += symbol.Length;
            Add(ScriptTokenKind.Symbol, symbol);
        }
    }

    private void Take(ScriptTokenKind kind, Func<char, bool> belongs)
    {
        int start = _at;
        while (_at < code.Length && belongs(code[_at]))
        {
            _at++;
        }

        Add(kind, code[start.._at]);
    }

    private void TakeNumber()
    {
        int start = _at;
        while (_at < code.Length && (char.IsAsciiLetterOrDigit(code[_at]) || code[_at] == '.' || (code[_at] is '+' or '-' && code[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }

        Add(ScriptTokenKind.Number, code[start.._at]);
    }

    private void TakeText(char quote)
    {
        StringBuilder text = new();
        for (_at++; _at < code.Length && code[_at] != quote; _at++)
        {
            if (code[_at] == '\n')
            {
                break;
            }

            _at += code[_at] == '\\' && _at + 1 < code.Length ? 1 : 0;
            text.Append(code[_at]);
        }

        if (_at >= code.Length || code[_at] != quote)
        {
            throw new ScriptException("a string without an end", _line);
        }

        _at++;
        Add(ScriptTokenKind.Text, text.ToString());
    }

    private void SkipComment()
    {
        while (_at < code.Length && code[_at] != '\n')
        {
            _at++;
        }
    }

    private void Add(ScriptTokenKind kind, string text) => _tokens.Add(new ScriptToken(kind, text, _line));
}
