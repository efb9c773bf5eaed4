namespace CudaNet.Weights;

/// <summary>One file of TorchScript's code: where its functions and classes are. A function is read when it is asked for.</summary>
internal sealed class ScriptFile
{
    private readonly List<ScriptToken> _tokens;
    private readonly Dictionary<string, int> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScriptFunction> _read = new(StringComparer.Ordinal);

    /// <exception cref="ScriptException">It cannot be cut into tokens.</exception>
    public ScriptFile(string code)
    {
        _tokens = ScriptLexer.Cut(code);
        string? type = null;
        int depth = 0;
        for (int i = 0; i < _tokens.Count; i++)
        {
            ScriptToken token = _tokens[i];
            depth += token.Kind == ScriptTokenKind.Indent ? 1 : token.Kind == ScriptTokenKind.Dedent ? -1 : 0;
            type = depth == 0 && token.Kind == ScriptTokenKind.Dedent ? null : type;
            if (i + 1 == _tokens.Count || (i > 0 && _tokens[i - 1].Kind is not (ScriptTokenKind.NewLine or ScriptTokenKind.Indent or ScriptTokenKind.Dedent)))
            {
                continue;
            }

            if (depth == 0 && token.Is("class"))
            {
                type = _tokens[i + 1].Text;
                Types.Add(type);
            }
            else if (token.Is("def") && (depth == 0 || (depth == 1 && type is not null)))
            {
                _functions.TryAdd(depth == 0 ? _tokens[i + 1].Text : $"{type}.{_tokens[i + 1].Text}", i);
            }
        }
    }

    /// <summary>The classes in it.</summary>
    public HashSet<string> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>A function by its name, or a method by <c>Class.method</c>; null where there is none.</summary>
    /// <exception cref="ScriptException">It is beyond what is understood.</exception>
    public ScriptFunction? Find(string name)
    {
        if (!_read.TryGetValue(name, out ScriptFunction? function) && _functions.TryGetValue(name, out int start))
        {
            _read[name] = function = ScriptFunctionParser.Read(_tokens, start);
        }

        return function;
    }
}
