namespace CudaNet.Weights;

/// <summary>A tensor that a pickle describes in a way that is not understood. Harmless beside the weights; refused, with its name, as one of them.</summary>
/// <param name="Reason">What is wrong with it; a sentence whose subject is the tensor.</param>
internal sealed record MalformedTensor(string Reason);
