namespace CudaNet.Weights;

/// <summary>
/// Follows TorchScript's code from the root module's <c>forward</c> on, as in inference, and records what it computes from the image. It executes nothing: tensors are
/// names of values. Steps, nesting and operators are bounded.
/// </summary>
internal sealed class ScriptInterpreter(ScriptArchive code, Dataflow flow, int maxSteps)
{
    private const int MaxDepth = 250;
    private const int MaxClassName = 1000;
    private const string Raise = "ops.prim.RaiseException";

    private readonly Dictionary<object, IReadOnlyDictionary<string, object?>> _attributes = new(ReferenceEqualityComparer.Instance);
    private int _steps;
    private int _depth;

    /// <summary>What the network gives for an image.</summary>
    /// <param name="root">The module that was saved.</param>
    /// <param name="image">The image.</param>
    /// <exception cref="ScriptException">The code is not followed.</exception>
    public object? Run(PicklePlaceholder root, ScriptTensor image)
    {
        ScriptModule module = Module("", root);
        return CallMethod(module, "forward", new ScriptArguments([image], new Dictionary<string, object?>()), 0);
    }

    private object? CallMethod(ScriptModule module, string name, ScriptArguments arguments, int line)
    {
        ScriptFunction function = code.Find(module.Type, name) ?? throw new ScriptException(
            code.HasClass(module.Type) ? $"a call of '{name}', which is no method of '{module.Type}'" : $"a call of '{module.Type}', whose code is not in the archive", line);
        return Call(function, $"{module.Type}.{name}", module.Path, new ScriptArguments([module, .. arguments.Positional], arguments.Named), line);
    }

    private object? Call(ScriptFunction function, string name, string place, ScriptArguments arguments, int line)
    {
        Frame frame = new(place.TrimEnd('.'));
        if (arguments.Positional.Count > function.Parameters.Count)
        {
            throw new ScriptException($"a call of '{name}' with {arguments.Positional.Count} arguments instead of {function.Parameters.Count}", line);
        }

        try
        {
            for (int i = 0; i < function.Parameters.Count; i++)
            {
                (string parameter, ScriptExpression? missing) = function.Parameters[i];
                frame.Variables[parameter] = i < arguments.Positional.Count ? arguments.Positional[i]
                    : arguments.Named.TryGetValue(parameter, out object? value) ? value
                    : missing is not null ? Evaluate(missing, frame)
                    : throw new ScriptException($"a call of '{name}' without its argument '{parameter}'", line);
            }

            return Execute(function.Body, frame).Value;
        }
        catch (ScriptException exception)
        {
            exception.Where ??= name;
            throw;
        }
    }

    private (bool Returned, object? Value) Execute(IReadOnlyList<ScriptStatement> statements, Frame frame)
    {
        foreach (ScriptStatement statement in statements)
        {
            Step(statement.Line);
            switch (statement)
            {
                case ScriptStatement.Assign assign:
                    Assign(assign, Evaluate(assign.Value, frame), frame);
                    break;
                case ScriptStatement.Return result:
                    return (true, result.Value is null ? null : Evaluate(result.Value, frame));
                case ScriptStatement.If choice:
                    _depth++;
                    (bool Returned, object? Value) inner = Execute(Choose(choice, frame) ? choice.Then : choice.Otherwise, frame);
                    _depth--;
                    if (inner.Returned)
                    {
                        return inner;
                    }

                    break;
                case ScriptStatement.Unknown unknown:
                    throw new ScriptException(unknown.Construct, unknown.Line);
                default:
                    throw new ScriptException("an unknown statement", statement.Line);
            }
        }

        return (false, null);
    }

    /// <summary>A way that ends in an error is never the network's: what checks the image's size has one way alone.</summary>
    private bool Choose(ScriptStatement.If choice, Frame frame) => Evaluate(choice.Condition, frame) switch
    {
        bool known => known,
        ScriptUnknown when Raises(choice.Otherwise) => true,
        ScriptUnknown when Raises(choice.Then) => false,
        _ => throw new ScriptException("an 'if' on a value that is not known before an image is", choice.Line),
    };

    /// <summary>True for a block that does nothing but raise: whatever goes before it is no other way out.</summary>
    private static bool Raises(IReadOnlyList<ScriptStatement> block) =>
        block.Any(Raises) && !block.Any(s => s is not ScriptStatement.Assign);

    private static bool Raises(ScriptStatement statement) =>
        statement is ScriptStatement.Assign { Value: ScriptExpression.Call { Target: ScriptExpression.Attribute { Identifier: "RaiseException" } } };

    private void Assign(ScriptStatement.Assign assign, object? value, Frame frame)
    {
        if (!assign.Unpacks)
        {
            foreach (string target in assign.Targets)
            {
                frame.Variables[target] = value;
            }

            return;
        }

        // An operator with several results: each is a value of its own.
        object?[]? items = value is ScriptTensor several ? [.. assign.Targets.Select((_, i) => new ScriptTensor(flow.Add("result", [(long)i], [several.Node], -1, frame.Place)))] : value as object?[];
        if (items is null || items.Length != assign.Targets.Count)
        {
            throw new ScriptException($"{assign.Targets.Count} variables for something else than as many values", assign.Line);
        }

        for (int i = 0; i < items.Length; i++)
        {
            frame.Variables[assign.Targets[i]] = items[i];
        }
    }

    private object? Evaluate(ScriptExpression expression, Frame frame)
    {
        Step(expression.Line);
        if (++_depth > MaxDepth)
        {
            throw new ScriptException($"calls and expressions nested more than {MaxDepth} deep", expression.Line);
        }

        object? value = expression switch
        {
            ScriptExpression.Constant constant => constant.Value,
            ScriptExpression.Name name => frame.Variables.TryGetValue(name.Identifier, out object? variable) ? variable : new ScriptName(name.Identifier),
            ScriptExpression.Attribute attribute => Attribute(Evaluate(attribute.Target, frame), attribute.Identifier, attribute.Line),
            ScriptExpression.Sequence sequence => sequence.Items.Select(i => Evaluate(i, frame)).ToArray(),
            ScriptExpression.Subscript subscript => Item(Evaluate(subscript.Target, frame), Evaluate(subscript.Index, frame), frame, subscript.Line),
            ScriptExpression.Operation operation => Operator(operation.Function, new ScriptArguments([.. operation.Operands.Select(o => Evaluate(o, frame))], new Dictionary<string, object?>()), frame, operation.Line),
            ScriptExpression.Conditional choice => Evaluate(choice.Condition, frame) is bool known
                ? Evaluate(known ? choice.Then : choice.Otherwise, frame)
                : throw new ScriptException("a choice by a value that is not known before an image is", choice.Line),
            ScriptExpression.Call call => Call(call, frame),
            ScriptExpression.Unknown unknown => throw new ScriptException(unknown.Construct, unknown.Line),
            _ => throw new ScriptException("an unknown expression", expression.Line),
        };
        _depth--;
        return value;
    }

    private object? Call(ScriptExpression.Call call, Frame frame)
    {
        if (call.Target is ScriptExpression.Name { Identifier: "annotate" or "unchecked_cast" } && call.Arguments is [_, (_, var cast)])
        {
            return Evaluate(cast, frame);
        }

        if (call.Target is ScriptExpression.Name { Identifier: "uninitialized" })
        {
            return ScriptUnknown.Value;
        }

        if (call.Target is ScriptExpression.Attribute method && Evaluate(method.Target, frame) is ScriptModule module)
        {
            return CallMethod(module, method.Identifier, Arguments(call, frame), call.Line);
        }

        if (Evaluate(call.Target, frame) is not ScriptName { Text: var name })
        {
            throw new ScriptException("a call of something that is no function", call.Line);
        }

        ScriptArguments arguments = Arguments(call, frame);
        if (name == "getattr" && arguments.Positional is [ScriptModule holder, string attribute])
        {
            return Attribute(holder, attribute, call.Line);
        }

        if (name == Raise)
        {
            throw new ScriptException("a way that ends in an error", call.Line);
        }

        int dot = name.LastIndexOf('.');
        return name.StartsWith("__torch__.", StringComparison.Ordinal)
            ? Call(code.Find(name[..dot], name[(dot + 1)..]) ?? throw new ScriptException($"a call of '{name}', whose code is not in the archive", call.Line), name, frame.Place, arguments, call.Line)
            : Operator(name, arguments, frame, call.Line);
    }

    private ScriptArguments Arguments(ScriptExpression.Call call, Frame frame)
    {
        List<object?> positional = [];
        Dictionary<string, object?> named = new(StringComparer.Ordinal);
        foreach ((string? keyword, ScriptExpression argument) in call.Arguments)
        {
            object? value = Evaluate(argument, frame);
            if (keyword is null)
            {
                positional.Add(value);
            }
            else
            {
                named[keyword] = value;
            }
        }

        return new ScriptArguments(positional, named);
    }

    private object? Operator(string name, ScriptArguments arguments, Frame frame, int line) =>
        arguments.All.Any(ScriptOperators.HasTensor) ? ScriptOperators.Apply(flow, name, arguments, frame.Place, line) : ScriptNumbers.Apply(name, arguments);

    private object? Item(object? target, object? index, Frame frame, int line) => (target, index) switch
    {
        (object?[] items, long at) when at >= -items.Length && at < items.Length => items[at < 0 ? at + items.Length : at],
        (ScriptTensor tensor, _) => Operator("torch.select", new ScriptArguments([tensor, index], new Dictionary<string, object?>()), frame, line),
        _ => ScriptUnknown.Value,
    };

    private object? Attribute(object? target, string name, int line)
    {
        if (target is ScriptName { Text: "CONSTANTS" })
        {
            return new ScriptTensor(flow.Add("constant", [name], [], -1, ""));
        }

        if (target is ScriptName { Text: var start })
        {
            return start.Length + name.Length < 1000 ? new ScriptName($"{start}.{name}") : throw new ScriptException("a name longer than 1000", line);
        }

        // Whatever a file says, what is asked for is inference: as after eval().
        return target is not ScriptModule module ? throw new ScriptException($"the attribute '{name}' of something that is no module", line)
            : name == "training" ? false
            : module.Attributes.TryGetValue(name, out object? value) ? Plain(module.Path + name, value)
            : throw new ScriptException($"the attribute '{name}', which '{module.Type}' has not", line);
    }

    private object? Plain(string path, object? value) => value switch
    {
        PicklePlaceholder { State: PickleDictionary } module => Module(path + ".", module),
        TensorReference or MalformedTensor => new ScriptTensor(flow.Add("parameter", [path], [], -1, "")),
        IReadOnlyList<object?> items => items.Select(Number).ToArray(),
        _ => Number(value),
    };

    private static object? Number(object? value) => value is null or long or double or bool or string ? value : ScriptUnknown.Value;

    private ScriptModule Module(string path, PicklePlaceholder module)
    {
        if (module.Global.Module.Length + module.Global.Name.Length > MaxClassName)
        {
            throw new ScriptException($"a class with a name longer than {MaxClassName}", 0);
        }

        PickleDictionary state = module.State as PickleDictionary ?? new PickleDictionary();
        if (!_attributes.TryGetValue(state, out IReadOnlyDictionary<string, object?>? attributes))
        {
            Dictionary<string, object?> found = new(StringComparer.Ordinal);
            foreach ((object? key, object? value) in state.IsPlain ? state.Items : [])
            {
                if (key is string name)
                {
                    found[name] = value;
                }
            }

            _attributes[state] = attributes = found;
        }

        return path.Length < 4 * WeightTensor.MaxNameLength ? new ScriptModule(path, $"{module.Global}", attributes) : throw new ScriptException("modules nested without an end", 0);
    }

    private void Step(int line)
    {
        if (++_steps > maxSteps)
        {
            throw new ScriptException($"more than {maxSteps} steps, which no network of these weights takes", line);
        }
    }

    /// <summary>A call that is being followed.</summary>
    private sealed record Frame(string Place)
    {
        public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);
    }
}
