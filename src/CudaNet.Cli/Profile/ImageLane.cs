using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Passes from images as a decoder leaves them, bytes that the GPU normalises, to the host.</summary>
internal sealed class ImageLane : PassLane
{
    private readonly float[] _output;
    private readonly ImageBinding _binding;

    /// <param name="session">Nobody else runs on it.</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="pixels">N×H×W×C.</param>
    /// <param name="rule">Of a mean and a standard deviation a channel.</param>
    /// <param name="layers">What each pass brings to the host.</param>
    /// <param name="cancellation">Ends a pass.</param>
    /// <exception cref="ShapeException">The shape is no batch of such images.</exception>
    public ImageLane(Session session, TensorShape shape, byte[] pixels, Preprocessing rule, LayerSelection layers, CancellationToken cancellation)
        : base(session, layers, cancellation)
    {
        _output = new float[session.OutputShape(shape).ElementCount];
        _binding = new ImageBinding(pixels, shape, rule, _output);
    }

    public override void Pass(float[]? output = null)
    {
        using InferenceRun run = Session.Start(_binding, Layers, Cancellation);
        TakeLayers(run);
        if (output is not null)
        {
            _output.CopyTo(output, 0);
        }
    }
}
