namespace CudaNet.Engine;

/// <summary>What <see cref="PreparedModel.Load"/> chose for one step of a plan.</summary>
/// <param name="Algorithm">How it is computed, in the backend's words.</param>
/// <param name="WorkspaceBytes">Memory it works in beside its input, output and weights. Steps of an executable may share it.</param>
public sealed record StepChoice(string Algorithm, long WorkspaceBytes);
