using CudaNet.Cli.Tests.Commands;
using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Cli.Tests.Compare;

/// <summary>A small model's file, and every value of one run of it by the reference backend, to be written down in the ways that people do.</summary>
internal sealed class RecordedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RecordedModel(ResNetConfig config, int channels = 3)
    {
        Model model = TestModels.Create(config);
        Graph = model.Graph;
        ModelFile = _folder.Write("model.safetensors", SafetensorsBytes.Values(model.Parameters.Tensors.Select(p => (p.Key, p.Value.Shape, p.Value.Values.ToArray()))));
        Tensor input = Formula.Input(2, channels, 40, 52);
        Values = Networks.Run(model, input, Backends.Create("reference"));
        Values.Remove("output");
        Values["input"] = input;
    }

    public LayerGraph Graph { get; }

    public string ModelFile { get; }

    /// <summary>The input and every layer.</summary>
    public Dictionary<string, Tensor> Values { get; }

    public string File(string name) => _folder.File(name);

    public string Write(string name, byte[] bytes) => _folder.Write(name, bytes);

    /// <summary>What a file of these tensors is to <c>compare</c>.</summary>
    public Tool Compare(IEnumerable<KeyValuePair<string, Tensor>> tensors, params string[] options) =>
        Compare(Write("reference.safetensors", SafetensorsBytes.Values(tensors.Select(t => (t.Key, t.Value.Shape, t.Value.Values.ToArray())))), options);

    public Tool Compare(string reference, params string[] options) => Tool.Run(["compare", ModelFile, "--reference", reference, .. options]);

    /// <summary>An archive of these tensors.</summary>
    public byte[] Archive(IEnumerable<KeyValuePair<string, Tensor>> tensors, bool deflated = false) =>
        NpzBytes.Archive(tensors.Select(t => (t.Key, NpzBytes.Array(t.Value.Shape.Extents.ToArray(), t.Value.Values))), deflated);

    /// <summary>The layer's values with one changed beyond every tolerance.</summary>
    public Tensor Spoilt(string layer)
    {
        float[] values = Values[layer].Values.ToArray();
        values[^1] += 1;
        return new Tensor(Values[layer].Shape, values);
    }

    public void Dispose() => _folder.Dispose();
}
