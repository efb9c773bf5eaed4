namespace CudaNet.Kernels.Cuda;

/// <summary>The four descriptors of a forward convolution, y = conv(x, w).</summary>
internal readonly record struct Convolution(TensorDescriptor X, FilterDescriptor W, ConvolutionDescriptor Attributes, TensorDescriptor Y)
{
    public override string ToString() => $"x {X}, w {W}, y {Y}, {Attributes}";
}
