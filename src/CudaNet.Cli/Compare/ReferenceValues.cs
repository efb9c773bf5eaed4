using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>A file of expected values against a model: which tensor is which layer's, and the input where the file has it.</summary>
internal sealed class ReferenceValues : IDisposable
{
    /// <summary>What <c>cudanet features</c> writes beside layers.</summary>
    private static readonly string[] AboutFeatures = ["files", "metadata"];

    private readonly ReferenceFile _file;

    /// <exception cref="CudaNetException">It cannot be read, there are two inputs, or no layer.</exception>
    public ReferenceValues(string path, LayerGraph graph)
    {
        _file = new ReferenceFile(path);
        try
        {
            ReferenceNames names = new(graph, [.. _file.Tensors.Select(t => t.StoredName)]);
            HashSet<string> bare = [.. _file.Tensors.Select(t => names.Bare(t.StoredName))];
            List<string> unknown = [];
            List<ReferenceEntry> entries = [];
            foreach (WeightTensor tensor in _file.Tensors)
            {
                if (names.Find(tensor.StoredName) is not { } node)
                {
                    unknown.Add(tensor.StoredName);
                }
                else if (node == graph.Input)
                {
                    Input = Input is null ? ReferenceFile.Values(tensor) : throw new CudaNetException("two tensors are the input") { File = path, Layer = node.Name };
                }
                else
                {
                    entries.Add(ReferenceEntry.Create(graph, tensor, names.Bare(tensor.StoredName), node, bare));
                }
            }

            if (Input is not null)
            {
                InputShape.Check(graph, Input.Shape, path);
            }

            if (entries.Count == 0)
            {
                throw new CudaNetException("no tensor has the name of a layer of this model") { File = path, Hint = "`cudanet layers MODEL` lists the names." };
            }

            Entries = entries;
            Unknown = [.. unknown, .. _file.Others.Select(o => o.Name).Except(AboutFeatures)];
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>N×C×H×W; null where the file has none.</summary>
    public Tensor? Input { get; }

    /// <summary>The tensors that are layers, in the file's order.</summary>
    public IReadOnlyList<ReferenceEntry> Entries { get; }

    /// <summary>What the file holds that is no layer.</summary>
    public IReadOnlyList<string> Unknown { get; }

    public void Dispose() => _file.Dispose();
}
