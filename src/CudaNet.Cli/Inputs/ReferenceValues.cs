using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>A file of expected values: the tensor <c>input</c>, and a tensor a layer under its name or an alias.</summary>
internal sealed class ReferenceValues : IDisposable
{
    private readonly WeightFile _file;
    private readonly Dictionary<LayerNode, WeightTensor> _expected = [];

    /// <exception cref="CudaNetException">There is no input, no layer, or two tensors for one layer.</exception>
    public ReferenceValues(string path, LayerGraph graph)
    {
        _file = WeightFile.Open(path);
        try
        {
            List<string> unknown = [];
            foreach (WeightTensor tensor in _file.Tensors)
            {
                if (graph.Nodes.FirstOrDefault(n => n.Name == tensor.Name || n.Aliases.Contains(tensor.Name)) is not { } node)
                {
                    unknown.Add(tensor.StoredName);
                }
                else if (!_expected.TryAdd(node, tensor))
                {
                    throw new CudaNetException($"'{_expected[node].StoredName}' and '{tensor.StoredName}' are the same layer") { File = path, Layer = node.Name };
                }
            }

            Unknown = unknown;
            Input = _expected.Remove(graph.Input, out WeightTensor? input)
                ? input.Read()
                : throw new CudaNetException($"there is no tensor '{graph.Input}' to run") { File = path, Hint = "A reference file holds the input and, under their names, the layers' outputs." };
            InputShape.Check(graph, Input.Shape, path);
            Missing = [.. graph.Layers.Where(l => !_expected.ContainsKey(l)).Select(l => l.Name)];
            if (_expected.Count == 0)
            {
                throw new CudaNetException("no tensor has the name of a layer of this model") { File = path, Hint = "`cudanet layers MODEL` lists the names." };
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>N×C×H×W.</summary>
    public Tensor Input { get; }

    /// <summary>The layers that the file has values for, in execution order.</summary>
    public IEnumerable<LayerNode> Layers => _expected.Keys.OrderBy(l => l.Index);

    /// <summary>Layers that it has none for.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Tensors that are no layers.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>The layer's expected values.</summary>
    public Tensor Expected(LayerNode layer) => _expected[layer].Read();

    public void Dispose() => _file.Dispose();
}
