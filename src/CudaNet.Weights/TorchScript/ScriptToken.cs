namespace CudaNet.Weights;

/// <summary>What a token of TorchScript's code is.</summary>
internal enum ScriptTokenKind
{
    Name,
    Number,
    Text,
    Symbol,
    NewLine,
    Indent,
    Dedent,
    End,
}

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As it is written; of a string literal its value.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct ScriptToken(ScriptTokenKind Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind is ScriptTokenKind.Symbol or ScriptTokenKind.Name && Text == symbol;
}
