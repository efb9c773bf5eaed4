namespace CudaNet.Engine;

/// <summary>One class of a prediction.</summary>
/// <param name="Index">Its place among the logits.</param>
/// <param name="Logit">What the network gave: a logit, or the probability itself where the network ends with a softmax.</param>
/// <param name="Probability">Its softmax over all classes, NaN where a logit is NaN or +∞; of a single logit the sigmoid.</param>
public sealed record ClassProbability(int Index, float Logit, double Probability);
