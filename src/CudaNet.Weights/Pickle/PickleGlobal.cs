namespace CudaNet.Weights;

/// <summary>The name of a class or function in a pickle. Only ever a name.</summary>
/// <param name="Module">Its module.</param>
/// <param name="Name">Its name inside the module.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
