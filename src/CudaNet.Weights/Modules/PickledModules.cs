namespace CudaNet.Weights;

/// <summary>The modules of a pickled model, as evidence of its network: their classes and attributes, never their code, which is not in the file.</summary>
/// <param name="root">The module that was saved.</param>
internal sealed class PickledModules(PicklePlaceholder root) : INetworkEvidence
{
    /// <inheritdoc/>
    public void Check(SupposedNetwork network) => new ModuleCheck(ModuleTree.Of(root), new ModulePlaces(network), network).Run();
}
