using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Passes from and to fp32 values of the caller's.</summary>
/// <param name="session">Nobody else runs on it.</param>
/// <param name="input">N×C×H×W.</param>
/// <param name="layers">What each pass brings to the host.</param>
/// <param name="cancellation">Ends a pass.</param>
internal sealed class HostLane(Session session, Tensor input, LayerSelection layers, CancellationToken cancellation) : PassLane(session, layers, cancellation)
{
    public override void Pass(float[]? output = null)
    {
        using InferenceRun run = Session.Start(input, Layers, Cancellation);
        TakeLayers(run);
        ReadOnlySpan<float> values = run.Output;
        if (output is not null)
        {
            values.CopyTo(output);
        }
    }
}
