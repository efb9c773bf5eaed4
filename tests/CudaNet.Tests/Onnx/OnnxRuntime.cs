using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>An ONNX file in ONNX Runtime, as it is by default.</summary>
internal sealed class OnnxRuntime : IDisposable
{
    private readonly RunOptions _options = new();

    public OnnxRuntime(byte[] file) => Session = new InferenceSession(file);

    public OnnxRuntime(string path)
        : this(File.ReadAllBytes(path))
    {
    }

    public OnnxRuntime(Model model, OnnxExportOptions? options = null)
        : this(Export(model, options))
    {
    }

    public InferenceSession Session { get; }

    /// <summary>The file's bytes.</summary>
    public static byte[] Export(Model model, OnnxExportOptions? options = null)
    {
        using MemoryStream file = new();
        OnnxExportSummary summary = OnnxExport.Write(model, file, options);
        Assert.Equal(file.Length, summary.Bytes);
        return file.ToArray();
    }

    /// <summary>Every output by name.</summary>
    public Dictionary<string, Tensor> Run(Tensor input)
    {
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input.Values.ToArray(), [.. input.Shape.Extents.ToArray().Select(e => (long)e)]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Session.Run(_options, Session.InputNames, [value], Session.OutputNames);
        return Session.OutputNames.Zip(outputs, (name, output) =>
        {
            TensorShape shape = new([.. output.GetTensorTypeAndShape().Shape.Select(e => (int)e)]);
            return KeyValuePair.Create(name, new Tensor(shape, output.GetTensorDataAsSpan<float>().ToArray()));
        }).ToDictionary();
    }

    /// <summary>Runs an input and holds every output against the reference backend's value of the layer of that name.</summary>
    public void AssertLikeReference(Model model, Tensor input, string what = "")
    {
        Dictionary<string, Tensor> expected = Networks.Run(model, input, Backends.Create("reference"));
        foreach ((string layer, Tensor values) in Run(input))
        {
            TensorComparison comparison = TensorComparison.Compare(values, expected[layer], Tolerance.For("cpu"));
            Assert.True(comparison.Passed, $"{what} {layer}: {comparison}");
        }
    }

    public void Dispose()
    {
        _options.Dispose();
        Session.Dispose();
    }
}
