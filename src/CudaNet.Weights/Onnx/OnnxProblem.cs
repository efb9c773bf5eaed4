namespace CudaNet.Weights;

/// <summary>Why a node cannot be run here: a clause that follows the node's name. Never leaves the importer, which lists all of them at once.</summary>
internal sealed class OnnxProblem(string message) : Exception(message);
