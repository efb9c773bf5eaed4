namespace CudaNet.Weights;

/// <summary>Reads one function of TorchScript's code, from its <c>def</c> on.</summary>
internal sealed class ScriptFunctionParser(List<ScriptToken> tokens, int start) : ScriptExpressionParser(tokens, start)
{
    private const int MaxBlocks = 16;

    private int _blocks;

    /// <exception cref="ScriptException">It is none.</exception>
    public static ScriptFunction Read(List<ScriptToken> tokens, int start) => new ScriptFunctionParser(tokens, start).Function();

    private ScriptFunction Function()
    {
        Expect("def");
        Take();
        Expect("(");
        List<(string Name, ScriptExpression? Default)> parameters = [];
        while (!Accept(")"))
        {
            if (Next.Kind != ScriptTokenKind.Name)
            {
                throw new ScriptException("a parameter without a name", Next.Line);
            }

            string name = Take().Text;
            if (Accept(":"))
            {
                SkipType();
            }

            parameters.Add((name, Accept("=") ? Expression() : null));
            if (!Next.Is(")"))
            {
                Expect(",");
            }
        }

        SkipType();
        return new ScriptFunction(parameters, Block());
    }

    /// <summary>Passes over a type, up to what follows it.</summary>
    private void SkipType()
    {
        for (int depth = 0; depth > 0 || !(Next.Is(",") || Next.Is(")") || Next.Is("=") || Next.Is(":") || Next.Kind == ScriptTokenKind.NewLine); Take())
        {
            depth += Next.Is("[") || Next.Is("(") ? 1 : Next.Is("]") || Next.Is(")") ? -1 : 0;
            if (Next.Kind == ScriptTokenKind.End)
            {
                throw new ScriptException("a type without an end", Next.Line);
            }
        }
    }

    /// <summary>A colon and the statements after it, indented or on the line.</summary>
    private List<ScriptStatement> Block()
    {
        Expect(":");
        if (++_blocks > MaxBlocks)
        {
            throw new ScriptException($"blocks nested more than {MaxBlocks} deep", Next.Line);
        }

        List<ScriptStatement> statements = [];
        if (Next.Kind == ScriptTokenKind.NewLine)
        {
            Take();
            if (Next.Kind != ScriptTokenKind.Indent)
            {
                throw new ScriptException("a block without statements", Next.Line);
            }

            Take();
            while (Next.Kind is not (ScriptTokenKind.Dedent or ScriptTokenKind.End))
            {
                AddStatement(statements);
            }

            Take();
        }
        else
        {
            AddStatement(statements);
        }

        _blocks--;
        return statements;
    }

    private void AddStatement(List<ScriptStatement> statements)
    {
        int line = Next.Line;
        switch (Next.Text)
        {
            case "pass":
                Take();
                break;
            case "if":
                Take();
                statements.Add(If(line));
                return;
            case "return":
                Take();
                statements.Add(new ScriptStatement.Return(Next.Kind == ScriptTokenKind.NewLine ? null : List(line), line));
                break;
            case "for" or "while" or "with" or "def" or "try" or "class":
                statements.Add(new ScriptStatement.Unknown($"a '{Next.Text}'", line));
                SkipStatement();
                return;
            case "assert" or "break" or "continue" or "raise" or "del" or "global" or "import" or "from":
                statements.Add(new ScriptStatement.Unknown($"a '{Next.Text}'", line));
                SkipLine();
                return;
            default:
                statements.Add(Assignment(line));
                break;
        }

        EndStatement();
    }

    private ScriptStatement.If If(int line)
    {
        ScriptExpression condition = Expression();
        List<ScriptStatement> then = Block();
        List<ScriptStatement> otherwise = [];
        int alternative = Next.Line;
        if (Accept("elif"))
        {
            if (++_blocks > MaxBlocks)
            {
                throw new ScriptException($"more than {MaxBlocks} 'elif'", alternative);
            }

            otherwise.Add(If(alternative));
            _blocks--;
        }
        else if (Accept("else"))
        {
            otherwise = Block();
        }

        return new ScriptStatement.If(condition, then, otherwise, line);
    }

    private ScriptStatement Assignment(int line)
    {
        ScriptExpression left = List(line);
        if (Accept(":"))
        {
            SkipType();
        }

        string symbol = Next.Text;
        if (symbol is "+=" or "-=" or "*=" or "/=" && left is ScriptExpression.Name variable)
        {
            Take();
            string function = symbol switch { "+=" => "torch.add_", "-=" => "torch.sub_", "*=" => "torch.mul_", _ => "torch.div_" };
            return new ScriptStatement.Assign([variable.Identifier], false, new ScriptExpression.Operation(function, [left, Expression()], line), line);
        }

        if (!Accept("="))
        {
            return new ScriptStatement.Assign([], false, left, line);
        }

        ScriptExpression value = List(line);
        return left switch
        {
            ScriptExpression.Name name => new ScriptStatement.Assign([name.Identifier], false, value, line),
            ScriptExpression.Sequence names when names.Items.All(i => i is ScriptExpression.Name) =>
                new ScriptStatement.Assign([.. names.Items.Cast<ScriptExpression.Name>().Select(n => n.Identifier)], true, value, line),
            _ => new ScriptStatement.Unknown("an assignment to something that is no variable", line),
        };
    }

    /// <summary>Expressions with commas between them are a tuple.</summary>
    private ScriptExpression List(int line)
    {
        ScriptExpression first = Expression();
        if (!Next.Is(","))
        {
            return first;
        }

        List<ScriptExpression> items = [first];
        while (Accept(","))
        {
            if (Next.Is("=") || Next.Kind == ScriptTokenKind.NewLine)
            {
                break;
            }

            items.Add(Expression());
        }

        return new ScriptExpression.Sequence(items, line);
    }

    private void EndStatement()
    {
        if (Next.Kind is not (ScriptTokenKind.NewLine or ScriptTokenKind.End or ScriptTokenKind.Dedent))
        {
            throw new ScriptException($"'{Next.Text}' after the end of a statement", Next.Line);
        }

        if (Next.Kind == ScriptTokenKind.NewLine)
        {
            Take();
        }
    }

    private void SkipLine()
    {
        while (Next.Kind is not (ScriptTokenKind.NewLine or ScriptTokenKind.End))
        {
            Take();
        }

        Take();
    }

    /// <summary>Passes over a line, and the block that is indented below it.</summary>
    private void SkipStatement()
    {
        SkipLine();
        int depth = 0;
        while (Next.Kind != ScriptTokenKind.End && (depth > 0 || Next.Kind == ScriptTokenKind.Indent))
        {
            ScriptTokenKind kind = Take().Kind;
            depth += kind == ScriptTokenKind.Indent ? 1 : kind == ScriptTokenKind.Dedent ? -1 : 0;
        }
    }
}
