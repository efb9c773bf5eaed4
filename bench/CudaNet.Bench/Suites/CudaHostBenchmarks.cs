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
    private readonly byte[] _pixels = new byte[Shape.ElementCount];
    private Session? _session;
    private DeviceBinding? _device;
    private ImageBinding? _images;
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

    /// <summary>What memory a pass comes from and goes to.</summary>
    public enum PassBinding
    {
        /// <summary>fp32 values on the host, waited for.</summary>
        Host,

        /// <summary>Images of bytes on the host, waited for.</summary>
        Images,

        /// <summary>Device pointers with events, queued.</summary>
        Device,
    }

    /// <summary>Memory of a pass.</summary>
    [Params(PassBinding.Host, PassBinding.Images, PassBinding.Device)]
    public PassBinding Binding { get; set; }

    /// <summary>Whether a pass is one launch of a graph.</summary>
    [Params(CudaGraphs.On, CudaGraphs.Off)]
    public CudaGraphs Graph { get; set; }

    /// <summary>Opens the model, prepares the shape.</summary>
    [GlobalSetup]
    public void Open()
    {
        using Model model = BenchFiles.OpenModel();
        CudaBackend backend = new(new CudaOptions { Precision = ArithmeticPrecision.Float16, Graph = Graph, Libraries = NullDevice.Load() });
        _session = new Session(model, backend);
        foreach (LayerNode node in Observed switch { ObservedLayers.None => [], ObservedLayers.One => [model.Graph.Find("global_pool")], _ => model.Graph.Nodes })
        {
            _session.Observe(node.Name, (in Observation o) => _seen = o.Values[0]);
        }

        TensorShape output = _session.OutputShape(Shape);
        _output = new float[output.ElementCount];
        _images = new ImageBinding(_pixels, Shape, Preprocessing.Timm, _output);
        _device = backend.Bind(DeviceInput.Planes(new DeviceAddress(1 << 20), Shape), new DeviceOutput(new DeviceAddress(1 << 30), output), new DeviceOrder { InputReady = 1, OutputReady = 2 });
        Pass();
    }

    /// <summary>The measured run.</summary>
    [Benchmark]
    public float Pass()
    {
        switch (Binding)
        {
            case PassBinding.Host:
                _session!.Run(_input, _output);
                break;
            case PassBinding.Images:
                _session!.Run(_images!);
                break;
            default:
                _session!.Enqueue(_device!);
                break;
        }

        return _seen;
    }

    /// <summary>Frees the memory.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _device?.Dispose();
        _session?.Dispose();
        GC.SuppressFinalize(this);
    }
}
