using BenchmarkDotNet.Attributes;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>A forward pass of ResNet-18 by batch, size, threads and vector width.</summary>
[MemoryDiagnoser]
public class ForwardBenchmarks : IDisposable
{
    private CudaNetContender? _contender;

    /// <summary>Images.</summary>
    [Params(1, 8)]
    public int Batch { get; set; }

    /// <summary>Rows and columns.</summary>
    [Params(128, 224)]
    public int Size { get; set; }

    /// <summary>Threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Vector width; those that the machine lacks are left out.</summary>
    [ParamsSource(nameof(Widths))]
    public SimdWidth Width { get; set; }

    /// <summary>Widths of this machine.</summary>
    public static IEnumerable<SimdWidth> Widths => SimdSupport.Widths;

    /// <summary>Opens the model, prepares the shape.</summary>
    [GlobalSetup]
    public void Open()
    {
        using Model model = BenchFiles.OpenModel();
        TensorShape shape = new(Batch, 3, Size, Size);
        _contender = new CudaNetContender(model, new Tensor(shape, new float[shape.ElementCount]), new CpuOptions { Threads = Threads, SimdWidth = Width });
    }

    /// <summary>The measured run.</summary>
    [Benchmark]
    public void Forward() => _contender!.Run();

    /// <summary>Frees the memory.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _contender?.Dispose();
        GC.SuppressFinalize(this);
    }
}
