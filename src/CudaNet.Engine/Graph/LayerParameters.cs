namespace CudaNet.Engine;

/// <summary>A layer's parameters; null where its operator has none of that name.</summary>
/// <param name="Weight">A convolution's (K, C / groups, R, S), a fully connected layer's (O, I), a norm's (C).</param>
/// <param name="Bias">One value an output channel; an offset's (C, H, W).</param>
/// <param name="RunningMean">A norm's (C).</param>
/// <param name="RunningVar">A norm's (C).</param>
public sealed record LayerParameters(Tensor? Weight, Tensor? Bias, Tensor? RunningMean, Tensor? RunningVar);
