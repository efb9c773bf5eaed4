namespace CudaNet.Weights;

/// <summary>An expression of TorchScript's code.</summary>
internal abstract record ScriptExpression(int Line)
{
    /// <summary>A variable, or the first word of a dotted name.</summary>
    public sealed record Name(string Identifier, int Line) : ScriptExpression(Line);

    /// <summary>A number, a string, True, False or None.</summary>
    public sealed record Constant(object? Value, int Line) : ScriptExpression(Line);

    public sealed record Attribute(ScriptExpression Target, string Identifier, int Line) : ScriptExpression(Line);

    public sealed record Call(ScriptExpression Target, IReadOnlyList<(string? Keyword, ScriptExpression Value)> Arguments, int Line) : ScriptExpression(Line);

    /// <summary>A list or a tuple.</summary>
    public sealed record Sequence(IReadOnlyList<ScriptExpression> Items, int Line) : ScriptExpression(Line);

    public sealed record Subscript(ScriptExpression Target, ScriptExpression Index, int Line) : ScriptExpression(Line);

    /// <summary>An operator of one or two operands, under the name of TorchScript's function for it.</summary>
    public sealed record Operation(string Function, IReadOnlyList<ScriptExpression> Operands, int Line) : ScriptExpression(Line);

    public sealed record Conditional(ScriptExpression Condition, ScriptExpression Then, ScriptExpression Otherwise, int Line) : ScriptExpression(Line);

    /// <summary>Something that is passed over unless it is needed, and refused then.</summary>
    public sealed record Unknown(string Construct, int Line) : ScriptExpression(Line);
}

/// <summary>A statement of TorchScript's code.</summary>
internal abstract record ScriptStatement(int Line)
{
    /// <summary>One variable, or several that a tuple is taken apart into; without any an expression alone.</summary>
    public sealed record Assign(IReadOnlyList<string> Targets, bool Unpacks, ScriptExpression Value, int Line) : ScriptStatement(Line);

    public sealed record If(ScriptExpression Condition, IReadOnlyList<ScriptStatement> Then, IReadOnlyList<ScriptStatement> Otherwise, int Line) : ScriptStatement(Line);

    public sealed record Return(ScriptExpression? Value, int Line) : ScriptStatement(Line);

    /// <summary>Something that is passed over unless it is needed, and refused then.</summary>
    public sealed record Unknown(string Construct, int Line) : ScriptStatement(Line);
}

/// <summary>A function, or a method of a class.</summary>
/// <param name="Parameters">Their names, with the defaults of those that have one.</param>
/// <param name="Body">Its statements.</param>
internal sealed record ScriptFunction(IReadOnlyList<(string Name, ScriptExpression? Default)> Parameters, IReadOnlyList<ScriptStatement> Body);
