using BenchmarkDotNet.Attributes;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;

namespace CudaNet.Bench;

/// <summary>What the host does in a pass of ResNet-18 on a GPU: on a device whose functions answer success and do nothing, so that no time of a GPU is in it.</summary>
[MemoryDiagnoser]
public class CudaHostBenchmarks : IDisposable
{
    private static readonly TensorShape Shape = new(1, 3, 224, 224);

    private readonly Tensor _input = new(Shape, new float[Shape.ElementCount]);
    private float[] _output = [];
    private Session? _session;
    private float _seen;

    /// <summary>Which layers have observers.</summary>
    public enum ObservedLayers
    {
        /// <summary>No layer.</summary>
        None,

        /// <summary>The features.</summary>
        One,

        /// <summary>All 69 nodes.</summary>
        All,
    }

    /// <summary>Layers with observers.</summary>
    [Params(ObservedLayers.None, ObservedLayers.One, ObservedLayers.All)]
    public ObservedLayers Observed { get; set; }

    /// <summary>What is stored and multiplied.</summary>
    [Params(ArithmeticPrecision.Float32, ArithmeticPrecision.Float16)]
    public ArithmeticPrecision Precision { get; set; }

    /// <summary>Opens the model, prepares the shape.</summary>
    [GlobalSetup]
    public void Open()
    {
        using Model model = BenchFiles.OpenModel();
        _session = new Session(model, new CudaBackend(new CudaOptions { Precision = Precision, Libraries = NullDevice.Load() }));
        foreach (LayerNode node in Observed switch { ObservedLayers.None => [], ObservedLayers.One => [model.Graph.Find("global_pool")], _ => model.Graph.Nodes })
        {
            _session.Observe(node.Name, (in Observation o) => _seen = o.Values[0]);
        }

        _session.Prepare(Shape);
        _output = new float[_session.OutputShape(Shape).ElementCount];
    }

    /// <summary>The measured run.</summary>
    [Benchmark]
    public float Pass()
    {
        _session!.Run(_input, _output);
        return _seen;
    }

    /// <summary>Frees the memory.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _session?.Dispose();
        GC.SuppressFinalize(this);
    }
}
