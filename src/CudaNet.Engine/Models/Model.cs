namespace CudaNet.Engine;

/// <summary>
/// A network with its weights: what a weight file opens to and a <see cref="Session"/> takes. The parameters may be views of a mapped file,
/// which <see cref="Dispose"/> unmaps. A session copies what it needs when it is constructed: the model may go before it. Immutable, safe to share.
/// </summary>
public sealed class Model : IDisposable
{
    private readonly IDisposable? _owner;

    /// <param name="graph">The layers.</param>
    /// <param name="parameters">Weights that fit <paramref name="graph"/>.</param>
    /// <param name="metadata">Labels, preprocessing and the rest.</param>
    /// <param name="owner">What keeps the parameters' memory alive; disposed with the model.</param>
    public Model(LayerGraph graph, ParameterSet parameters, ModelMetadata metadata, IDisposable? owner = null)
    {
        Graph = graph;
        Parameters = parameters;
        Metadata = metadata;
        _owner = owner;
    }

    /// <summary>The layers.</summary>
    public LayerGraph Graph { get; }

    /// <summary>The weights.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Labels, preprocessing and the rest.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>Releases the file behind the parameters. Idempotent.</summary>
    public void Dispose() => _owner?.Dispose();
}
