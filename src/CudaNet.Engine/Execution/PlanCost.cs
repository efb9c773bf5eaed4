namespace CudaNet.Engine;

/// <summary>What loading a plan takes and chooses, found out without weights: see <see cref="IBackend.Measure"/>.</summary>
/// <param name="WeightBytes">The weights in every form that the plan needs, as <see cref="PreparedModel.Bytes"/> counts them.</param>
/// <param name="BufferBytes">The executable's buffers, as <see cref="Executable.Bytes"/> counts them.</param>
/// <param name="Choices">How each step is computed, as <see cref="Executable.Choices"/>.</param>
public sealed record PlanCost(long WeightBytes, long BufferBytes, IReadOnlyList<StepChoice> Choices);
