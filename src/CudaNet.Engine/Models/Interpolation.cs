namespace CudaNet.Engine;

/// <summary>How pixels are resampled; each rule equals its namesake's result in every byte.</summary>
public enum Interpolation
{
    /// <summary>Pillow's BILINEAR: a triangle filter, widened when shrinking ("antialiased"). Metadata: <c>bilinear</c>.</summary>
    Bilinear,

    /// <summary>Pillow's BICUBIC (a = −0.5), widened when shrinking. Metadata: <c>bicubic</c>.</summary>
    Bicubic,

    /// <summary>OpenCV's INTER_LINEAR, not antialiased. Metadata: <c>opencv-linear</c>.</summary>
    OpenCvLinear,
}
