using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A batch of images as a decoder leaves them, bytes in host memory: the GPU normalises them, to the bits of the host's own preprocessing, and a quarter of an
/// fp32 input's bytes go over the bus. The output comes back to the host. Its memory may be filled anew between runs; one run at a time uses it.
/// </summary>
public sealed class ImageBinding : RunBinding
{
    /// <param name="pixels">N×H×W×C bytes, read until <c>Start</c>, <c>Run</c> or <c>Enqueue</c> returns.</param>
    /// <param name="inputShape">N×C×H×W; 1 channel or 3.</param>
    /// <param name="rule">Whose means and standard deviations are applied: (pixel / 255 − mean) / std.</param>
    /// <param name="output">Receives the output, N×classes for a classifier, once the run has ended.</param>
    /// <exception cref="ShapeException">The shape is no batch of such images, or the pixels have another length.</exception>
    /// <exception cref="CudaNetException">The rule is not <see cref="Preprocessing.IsPlain"/>: what the GPU does not compute is the host's to preprocess.</exception>
    public ImageBinding(ReadOnlyMemory<byte> pixels, TensorShape inputShape, Preprocessing rule, Memory<float> output)
    {
        ArgumentNullException.ThrowIfNull(rule);
        DeviceInput.RequireImages(inputShape, rule);
        if (pixels.Length != inputShape.ElementCount)
        {
            throw new ShapeException($"images of {inputShape} have {inputShape.ElementCount} bytes, not {pixels.Length}");
        }

        (Pixels, InputShape, Rule, Output) = (pixels, inputShape, rule, output);
        (Normalization, Values) = (new Normalization(rule), new PixelValues(rule));
    }

    /// <inheritdoc/>
    public override TensorShape InputShape { get; }

    /// <summary>N×H×W×C.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>Whose means and standard deviations are applied.</summary>
    public Preprocessing Rule { get; }

    /// <summary>Where the output goes.</summary>
    public Memory<float> Output { get; }

    internal Normalization Normalization { get; }

    /// <summary>For an observer of the input.</summary>
    internal PixelValues Values { get; }
}
