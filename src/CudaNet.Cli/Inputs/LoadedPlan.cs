using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What a backend chose for a plan.</summary>
/// <param name="WeightBytes">What its copy of the weights takes.</param>
/// <param name="Choices">A choice a step; null where the plan could not be loaded.</param>
/// <param name="WhyNot">Why it could not.</param>
internal sealed record LoadedPlan(long WeightBytes, IReadOnlyList<StepChoice>? Choices, string? WhyNot)
{
    /// <summary>Prepares the model, loads the plan, and releases both; null without weights.</summary>
    /// <exception cref="CudaNetException">The device cannot run the model.</exception>
    public static LoadedPlan? Of(Model? model, IBackend backend, ExecutionPlan plan)
    {
        if (model is null)
        {
            return null;
        }

        using PreparedModel prepared = backend.Prepare(model);
        using Place place = prepared.CreatePlace(0);
        try
        {
            using Executable executable = prepared.Load(plan, place);
            return new LoadedPlan(prepared.Bytes, executable.Choices, null);
        }
        catch (CudaNetException exception)
        {
            return new LoadedPlan(prepared.Bytes, null, exception.Message);
        }
    }
}
