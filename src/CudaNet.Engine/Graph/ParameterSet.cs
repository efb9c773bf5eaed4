using System.Diagnostics.CodeAnalysis;

namespace CudaNet.Engine;

/// <summary>
/// Named fp32 weights that fit a graph exactly: every parameter present, every shape right, nothing over. Immutable, safe to share.
/// </summary>
public sealed class ParameterSet
{
    private readonly Dictionary<string, Tensor> _tensors;

    /// <exception cref="ParameterMismatchException">Something is missing, left over or of another shape: everything at once.</exception>
    public ParameterSet(LayerGraph graph, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(tensors);
        _tensors = new Dictionary<string, Tensor>(tensors, StringComparer.Ordinal);
        IReadOnlyList<ParameterMisfit> misfits = Misfits(graph, _tensors.Select(t => KeyValuePair.Create(t.Key, t.Value.Shape)));
        if (misfits.Count > 0)
        {
            throw new ParameterMismatchException(misfits);
        }
    }

    /// <summary>The parameter of that full name.</summary>
    /// <exception cref="KeyNotFoundException">The graph has no such parameter.</exception>
    public Tensor this[string name] => _tensors[name];

    /// <summary>All parameters by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>The number of values in all parameters.</summary>
    public long ElementCount => _tensors.Values.Sum(t => t.Shape.ElementCount);

    /// <summary>The parameters of one layer.</summary>
    public LayerParameters Of(LayerNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new LayerParameters(Get("weight"), Get("bias"), Get("running_mean"), Get("running_var"));

        Tensor? Get(string name) => _tensors.GetValueOrDefault($"{node.Name}.{name}");
    }

    /// <summary>The parameter of that full name, where there is one.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tensor? tensor) => _tensors.TryGetValue(name, out tensor);

    /// <summary>How named shapes differ from what a graph needs, in execution order, then what is left over; empty where they fit.</summary>
    public static IReadOnlyList<ParameterMisfit> Misfits(LayerGraph graph, IEnumerable<KeyValuePair<string, TensorShape>> shapes)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Dictionary<string, TensorShape> found = new(shapes, StringComparer.Ordinal);
        List<ParameterMisfit> misfits = [];
        foreach (ParameterSpec spec in graph.Parameters)
        {
            TensorShape? shape = found.Remove(spec.Name, out TensorShape value) ? value : null;
            if (shape != spec.Shape)
            {
                misfits.Add(new ParameterMisfit(spec.Name, spec.Shape, shape));
            }
        }

        misfits.AddRange(found.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new ParameterMisfit(f.Key, null, f.Value)));
        return misfits;
    }
}
