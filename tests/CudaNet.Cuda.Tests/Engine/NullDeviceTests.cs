using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>What a pass allocates on the managed heap where the libraries do nothing: nothing. Alone, because other tests allocate.</summary>
[Collection(nameof(Alone))]
public sealed class NullDeviceTests
{
    private const int Runs = 50;

    [Theory]
    [InlineData(ArithmeticPrecision.Float32, CudaLinear.Kernels, long.MaxValue, false, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float16, CudaLinear.Kernels, long.MaxValue, false, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.BFloat16, CudaLinear.Cublas, long.MaxValue, false, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.TensorFloat32, CudaLinear.Cublas, 1 << 20, false, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float32, CudaLinear.Kernels, 0, false, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float32, CudaLinear.Kernels, long.MaxValue, false, CudaGraphs.Off)]
    [InlineData(ArithmeticPrecision.Float16, CudaLinear.Cublas, 1 << 20, false, CudaGraphs.Off)]
    [InlineData(ArithmeticPrecision.Float16, CudaLinear.Kernels, long.MaxValue, true, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float16, CudaLinear.Kernels, long.MaxValue, true, CudaGraphs.Off)]
    public void A_pass_allocates_nothing(ArithmeticPrecision precision, CudaLinear linear, long pinnedLimitBytes, bool isFused, CudaGraphs graph)
    {
        using Model model = TestModels.Tiny();
        CudaOptions options = new() { Precision = precision, Linear = linear, FusedConvolutions = isFused, PinnedLimitBytes = pinnedLimitBytes, Graph = graph, Libraries = NullDevice.Load() };
        using PreparedModel prepared = new CudaBackend(options).Prepare(model);
        using Session bare = new(prepared), one = new(prepared), all = new(prepared);
        int seen = 0;
        one.Observe("layer1", (in Observation o) => seen += o.Values.Length);
        foreach (LayerNode layer in model.Graph.Nodes)
        {
            all.Observe(layer.Name, (in Observation o) => seen += o.Values.Length);
        }

        Tensor small = Formula.Input(1, 3, 40, 52), large = Formula.Input(3, 3, 64, 64);
        float[] first = new float[5], three = new float[15];
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                bare.Run(small, first);
                one.Run(small, first);
                all.Run(small, first);
                all.Run(large, three);
            }
        });
        Assert.True(seen > 0);
    }

    /// <summary>On the device's memory, ordered by events and by a stream, and on images of the host; observed and not.</summary>
    [Theory]
    [InlineData(ArithmeticPrecision.Float32, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.Float16, CudaGraphs.On)]
    [InlineData(ArithmeticPrecision.BFloat16, CudaGraphs.Off)]
    public void A_bound_pass_allocates_nothing(ArithmeticPrecision precision, CudaGraphs graph)
    {
        using Model model = TestModels.Tiny();
        CudaBackend backend = new(new CudaOptions { Precision = precision, Graph = graph, Libraries = NullDevice.Load() });
        using PreparedModel prepared = backend.Prepare(model);
        using Session bare = new(prepared), one = new(prepared);
        int seen = 0;
        one.Observe("layer1", (in Observation o) => seen += o.Values.Length);
        TensorShape shape = new(2, 3, 40, 52);
        using DeviceCaller caller = new(backend, shape, new TensorShape(2, 5));
        using DeviceBinding byEvent = caller.Bind(DeviceInput.Planes(caller.InputAddress, shape), caller.Events), inStream = caller.Bind(DeviceInput.Planes(caller.InputAddress, shape), caller.InStream);
        ImageBinding images = new(new byte[shape.ElementCount], shape, Preprocessing.Timm, new float[10]);
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                foreach (Session session in (ReadOnlySpan<Session>)[bare, one])
                {
                    session.Enqueue(byEvent);
                    session.Enqueue(inStream);
                    session.Run(byEvent);
                    session.Run(images);
                }
            }
        });
        Assert.True(seen > 0);
    }
}
