using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Cublas;

/// <summary>What cublasLt does to a product before it is stored.</summary>
internal enum EpilogueActivation
{
    None,
    Relu,

    /// <summary>The tangent form of GELU.</summary>
    Gelu,
}

/// <summary>act(product + bias): one bias for each row of the result (address 0: none), its stride in elements from one matrix of a batch to the next.</summary>
internal sealed record GemmEpilogue(EpilogueActivation Activation, ulong Bias, ElementType BiasType, long BiasStride)
{
    public double Activate(double value) => Activation switch
    {
        EpilogueActivation.Relu => value > 0 ? value : 0,
        EpilogueActivation.Gelu => 0.5 * value * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + (0.044715 * value * value * value)))),
        _ => value,
    };
}
