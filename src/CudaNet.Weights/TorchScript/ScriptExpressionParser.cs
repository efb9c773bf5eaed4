using System.Globalization;

namespace CudaNet.Weights;

/// <summary>Reads expressions of TorchScript's code. Nesting is bounded.</summary>
internal class ScriptExpressionParser(List<ScriptToken> tokens, int start)
{
    private const int MaxNesting = 60;

    /// <summary>Operators of two operands from the loosest to the tightest, with TorchScript's functions for them.</summary>
    private static readonly (string Symbol, string Function)[][] Levels =
    [
        [("or", "torch.__or__")],
        [("and", "torch.__and__")],
        [("==", "torch.eq"), ("!=", "torch.ne"), ("<=", "torch.le"), (">=", "torch.ge"), ("<", "torch.lt"), (">", "torch.gt"), ("is", "torch.__is__")],
        [("+", "torch.add"), ("-", "torch.sub")],
        [("*", "torch.mul"), ("/", "torch.div"), ("//", "torch.floordiv")],
    ];

    private int _nesting;

    /// <summary>The next token.</summary>
    protected ScriptToken Next => tokens[At];

    /// <summary>The next token's place.</summary>
    protected int At { get; set; } = start;

    /// <exception cref="ScriptException">It is none, or nested too deeply.</exception>
    protected ScriptExpression Expression()
    {
        if (++_nesting > MaxNesting)
        {
            throw new ScriptException($"an expression nested more than {MaxNesting} deep", Next.Line);
        }

        ScriptExpression value = Binary(0);
        if (Next.Is("if"))
        {
            int line = Take().Line;
            ScriptExpression condition = Binary(0);
            Expect("else");
            value = new ScriptExpression.Conditional(condition, value, Expression(), line);
        }

        _nesting--;
        return value;
    }

    /// <summary>Takes the next token; the last one stays.</summary>
    protected ScriptToken Take()
    {
        ScriptToken token = tokens[At];
        At = Math.Min(At + 1, tokens.Count - 1);
        return token;
    }

    protected bool Accept(string symbol)
    {
        bool found = Next.Is(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    protected void Expect(string symbol)
    {
        if (!Accept(symbol))
        {
            throw new ScriptException($"'{Next.Text}' where '{symbol}' should be", Next.Line);
        }
    }

    private ScriptExpression Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        ScriptExpression left = Binary(level + 1);
        while (Array.Find(Levels[level], o => Next.Is(o.Symbol)) is { Function: { } function })
        {
            int line = Take().Line;
            function = function == "torch.__is__" && Accept("not") ? "torch.__isnot__" : function;
            left = new ScriptExpression.Operation(function, [left, Binary(level + 1)], line);
        }

        return left;
    }

    private ScriptExpression Unary()
    {
        int line = Next.Line;
        string? function = null;
        bool isNegative = false;
        while (Next.Is("not") || Next.Is("-"))
        {
            isNegative ^= Next.Is("-");
            function = Take().Text == "not" ? function == "torch.__not__" ? throw new ScriptException("two words 'not' in a row", line) : "torch.__not__" : function;
        }

        ScriptExpression value = Postfix();
        value = !isNegative ? value : value switch
        {
            ScriptExpression.Constant { Value: long number } => new ScriptExpression.Constant(unchecked(-number), line),
            ScriptExpression.Constant { Value: double number } => new ScriptExpression.Constant(-number, line),
            _ => new ScriptExpression.Operation("torch.neg", [value], line),
        };
        return function is null ? value : new ScriptExpression.Operation(function, [value], line);
    }

    private ScriptExpression Postfix()
    {
        ScriptExpression value = Atom();
        for (int links = 0; ; links++)
        {
            if (links > MaxNesting)
            {
                throw new ScriptException($"a chain of more than {MaxNesting} names, calls and subscripts", Next.Line);
            }

            int line = Next.Line;
            if (Accept("."))
            {
                value = new ScriptExpression.Attribute(value, Take().Text, line);
            }
            else if (Accept("("))
            {
                value = new ScriptExpression.Call(value, Arguments(), line);
            }
            else if (Accept("["))
            {
                value = Subscript(value, line);
            }
            else
            {
                return value;
            }
        }
    }

    private ScriptExpression Subscript(ScriptExpression target, int line)
    {
        List<ScriptExpression> index = [];
        while (!Accept("]"))
        {
            if (Accept(":"))
            {
                SkipTo("]");
                return new ScriptExpression.Unknown("a slice", line);
            }

            index.Add(Expression());
            if (!Next.Is(":") && !Next.Is("]"))
            {
                Expect(",");
            }
        }

        return new ScriptExpression.Subscript(target, index.Count == 1 ? index[0] : new ScriptExpression.Sequence(index, line), line);
    }

    private List<(string? Keyword, ScriptExpression Value)> Arguments()
    {
        List<(string? Keyword, ScriptExpression Value)> arguments = [];
        while (!Accept(")"))
        {
            string? keyword = Next.Kind == ScriptTokenKind.Name && tokens[Math.Min(At + 1, tokens.Count - 1)].Is("=") ? Take().Text : null;
            if (keyword is not null)
            {
                Expect("=");
            }

            arguments.Add((keyword, Expression()));
            if (!Next.Is(")"))
            {
                Expect(",");
            }
        }

        return arguments;
    }

    private ScriptExpression Atom()
    {
        ScriptToken token = Take();
        switch (token.Kind)
        {
            case ScriptTokenKind.Name:
                return token.Text switch
                {
                    "True" => new ScriptExpression.Constant(true, token.Line),
                    "False" => new ScriptExpression.Constant(false, token.Line),
                    "None" => new ScriptExpression.Constant(null, token.Line),
                    _ => new ScriptExpression.Name(token.Text, token.Line),
                };
            case ScriptTokenKind.Text:
                return new ScriptExpression.Constant(token.Text, token.Line);
            case ScriptTokenKind.Number:
                return long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out long whole) ? new ScriptExpression.Constant(whole, token.Line)
                    : double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? new ScriptExpression.Constant(number, token.Line)
                    : throw new ScriptException($"'{token.Text}', which is no number", token.Line);
            default:
                return token.Text switch
                {
                    "(" => Sequence(")", token.Line),
                    "[" => Sequence("]", token.Line),
                    "{" => Dictionary(token.Line),
                    _ => throw new ScriptException(token.Text.Length == 0 ? "a line that ends too early" : $"'{token.Text}' where a value should be", token.Line),
                };
        }
    }

    /// <summary>A list, a tuple, or an expression in parentheses.</summary>
    private ScriptExpression Sequence(string end, int line)
    {
        List<ScriptExpression> items = [];
        bool hasComma = false;
        while (!Accept(end))
        {
            items.Add(Expression());
            if (!Next.Is(end))
            {
                Expect(",");
                hasComma = true;
            }
        }

        return end == ")" && items.Count == 1 && !hasComma ? items[0] : new ScriptExpression.Sequence(items, line);
    }

    private ScriptExpression.Unknown Dictionary(int line)
    {
        SkipTo("}");
        return new ScriptExpression.Unknown("a dictionary", line);
    }

    /// <summary>Passes over everything up to a closing bracket, and that.</summary>
    private void SkipTo(string end)
    {
        for (int depth = 0; depth > 0 || !Next.Is(end); Take())
        {
            depth += Next.Is("(") || Next.Is("[") || Next.Is("{") ? 1 : Next.Is(")") || Next.Is("]") || Next.Is("}") ? -1 : 0;
            if (Next.Kind == ScriptTokenKind.End || depth < 0)
            {
                throw new ScriptException($"an opening bracket without a '{end}'", Next.Line);
            }
        }

        Take();
    }
}
