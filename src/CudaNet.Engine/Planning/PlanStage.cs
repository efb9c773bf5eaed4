namespace CudaNet.Engine;

/// <summary>One layer inside a step.</summary>
/// <param name="Node">The layer.</param>
/// <param name="Shape">Its output's shape.</param>
/// <param name="Stored">Where its output is stored; null where it exists in registers only, or goes from there to an observer.</param>
/// <param name="IsObserved">True where an observer gets it after the step: it is published.</param>
public sealed record PlanStage(LayerNode Node, TensorShape Shape, PlanValue? Stored, bool IsObserved);
