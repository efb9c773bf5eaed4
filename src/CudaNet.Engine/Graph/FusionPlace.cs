namespace CudaNet.Engine;

/// <summary>Where in a fused step a layer may stand; the members are in the order of a step.</summary>
internal enum FusionPlace
{
    /// <summary>Nowhere: it is always a step of its own.</summary>
    Alone,

    /// <summary>First, before any of the others.</summary>
    Convolution,

    /// <summary>After a convolution, or first.</summary>
    Norm,

    /// <summary>After those before it, or first.</summary>
    Sum,

    /// <summary>Last, or alone.</summary>
    Activation,
}
