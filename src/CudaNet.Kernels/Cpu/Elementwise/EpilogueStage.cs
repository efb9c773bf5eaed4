namespace CudaNet.Kernels.Cpu;

/// <summary>The stages of an <see cref="Epilogue"/>, in order: the layers of a step.</summary>
internal enum EpilogueStage
{
    /// <summary>What the step's first layer computes, or an elementwise step begins with.</summary>
    Raw,

    /// <summary>Batch norm.</summary>
    Norm,

    /// <summary>The residual added.</summary>
    Sum,

    /// <summary>The activation.</summary>
    Relu,
}
