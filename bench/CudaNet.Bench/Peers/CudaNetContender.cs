using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

internal sealed class CudaNetContender : IContender
{
    private readonly Session _session;
    private readonly Tensor _input;
    private readonly float[] _logits;

    public CudaNetContender(Model model, Tensor input, CpuOptions options)
    {
        _session = new Session(model, new CpuBackend(options));
        _input = input;
        _logits = new float[_session.OutputShape(input.Shape).ElementCount];
        _session.Prepare(input.Shape);
    }

    public ReadOnlySpan<float> Logits => _logits;

    public void Run() => _session.Run(_input, _logits);

    public void Dispose() => _session.Dispose();
}
