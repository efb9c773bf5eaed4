using System.Globalization;
using System.Text;

namespace CudaNet.Weights;

/// <summary>One value of a network as code computes it. Two that are computed alike are the same node.</summary>
/// <param name="Id">Its number, in the order of the code.</param>
/// <param name="Operation">The operator, without <c>torch.</c>; an in-place one has the name of the other.</param>
/// <param name="Attributes">Its constant arguments, and the names of the parameters that it reads.</param>
/// <param name="Inputs">The values that it reads.</param>
/// <param name="Rank">Number of axes; −1 where it is not known.</param>
/// <param name="Place">The path of the module whose code computes it.</param>
internal sealed record DataflowNode(int Id, string Operation, object?[] Attributes, DataflowNode[] Inputs, int Rank, string Place)
{
    public bool Equals(DataflowNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Id;

    /// <summary>For a sentence: the operator and its constants.</summary>
    public override string ToString()
    {
        string name = Operation.TrimStart(Dataflow.Foreign);
        return Attributes.Length == 0 ? name : $"{name} with {AttributeText.Of(Attributes)}";
    }
}

/// <summary>The values of a network, each once.</summary>
internal sealed class Dataflow(int maxNodes)
{
    /// <summary>What the names of operators start with that are not known: no file's name is taken for one that is.</summary>
    public const char Foreign = '?';

    private const int MostValues = 1024, Deepest = 4;

    private readonly Dictionary<string, DataflowNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>All values, in the order of the code.</summary>
    public List<DataflowNode> Nodes { get; } = [];

    /// <summary>Refuses lists in lists that come to more than any operator's arguments: a list that is named twice counts twice.</summary>
    /// <exception cref="ScriptException">They do.</exception>
    public static void CheckSize(IEnumerable<object?> arguments, int line)
    {
        int left = MostValues;
        foreach (object? argument in arguments)
        {
            Count(argument, 0);
        }

        void Count(object? value, int depth)
        {
            if (--left < 0 || depth > Deepest)
            {
                throw new ScriptException($"arguments of more than {MostValues} values, or lists in lists more than {Deepest} deep", line);
            }

            foreach (object? item in value as object?[] ?? [])
            {
                Count(item, depth + 1);
            }
        }
    }

    /// <summary>The value that is computed in that way, made where there is none yet.</summary>
    /// <exception cref="ScriptException">There are more than any network of these weights has.</exception>
    public DataflowNode Add(string operation, object?[] attributes, DataflowNode[] inputs, int rank, string place)
    {
        string key = Key(operation, attributes, inputs);
        if (!_nodes.TryGetValue(key, out DataflowNode? node))
        {
            if (Nodes.Count >= maxNodes)
            {
                throw new ScriptException($"more than {maxNodes} operators", 0);
            }

            _nodes[key] = node = new DataflowNode(Nodes.Count, operation, attributes, inputs, rank, place);
            Nodes.Add(node);
        }

        return node;
    }

    /// <summary>The value that is computed in that way; null where no code does.</summary>
    public DataflowNode? Find(string operation, object?[] attributes, params DataflowNode[] inputs) => _nodes.GetValueOrDefault(Key(operation, attributes, inputs));

    private static string Key(string operation, object?[] attributes, DataflowNode[] inputs)
    {
        StringBuilder key = new(operation);
        foreach (DataflowNode input in inputs)
        {
            key.Append(CultureInfo.InvariantCulture, $" {input.Id}");
        }

        Append(key, attributes);
        return key.ToString();
    }

    private static void Append(StringBuilder key, object? value)
    {
        if (value is object?[] items)
        {
            key.Append('(');
            foreach (object? item in items)
            {
                Append(key, item);
            }

            key.Append(')');
        }
        else
        {
            string text = value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value}");
            key.Append(CultureInfo.InvariantCulture, $"{value?.GetType().Name}{text.Length}:{text},");
        }
    }
}
