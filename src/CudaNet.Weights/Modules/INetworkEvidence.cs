namespace CudaNet.Weights;

/// <summary>What a file says of its network beside the names and shapes of its tensors: the attributes of pickled modules, or TorchScript's code.</summary>
internal interface INetworkEvidence
{
    /// <summary>Holds it against the network that names and shapes tell: adds variations and notes to it.</summary>
    /// <param name="network">The network, every parameter of which the file has.</param>
    /// <exception cref="CudaNet.Engine.CudaNetException">The file's network is one that cannot be computed.</exception>
    void Check(SupposedNetwork network);
}
