using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Memory that no backend knows.</summary>
public sealed class ForeignBinding : RunBinding
{
    public override TensorShape InputShape { get; } = new(1, 3, 2, 2);
}
