using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>One array of an output file.</summary>
/// <param name="Name">Its name for <c>numpy.load</c>: <c>predictions</c>, or a layer's name.</param>
/// <param name="Shape">N×C or N×C×H×W for any batch; the first extent is replaced by the number of images written.</param>
public sealed record FeatureArray(string Name, TensorShape Shape);
