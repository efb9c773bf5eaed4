using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// What follows the sums of a step: batch norm, residual, ReLU, each stage stored or published where the plan says so, by one launch, which may work in place.
/// A stage that has more destinations than the kernel has places for is published by a launch of its own before it. No launch's arithmetic depends on what is
/// published.
/// </summary>
/// <remarks>
/// A published batch norm or sum is the fp32 value in the kernel's registers. A published convolution is what the convolution stored, widened; where filters
/// are scaled, times the power of two that undoes it.
/// </remarks>
internal sealed class StepEpilogue
{
    private readonly List<EpilogueLaunch> _launches = [];
    private readonly CudaPlanLoader _loader;
    private readonly PlanStep _step;
    private readonly StepWeights _weights;
    private readonly StoredBuffer _source;
    private readonly EpilogueOperands _operands;

    /// <param name="loader">Knows where values are.</param>
    /// <param name="step">Its stages.</param>
    /// <param name="source">What the step's first layer stored, or where an elementwise step begins.</param>
    public StepEpilogue(CudaPlanLoader loader, PlanStep step, StoredBuffer source)
    {
        (_loader, _step, _source) = (loader, step, source);
        _weights = loader.Weights[step.Head.Node];
        _operands = new EpilogueOperands(
            _weights.Constants,
            step.Residual is { } residual ? loader.Buffer(residual).Buffer : null,
            step.Residual is { } shortcut ? loader.Weights.DeferredTo(shortcut.Node) : null,
            step.Stages.Any(s => s.Node.Op is ReLU));
        EpilogueLaunch main = Launch(_operands);
        for (int i = 0; i < step.Stages.Count; i++)
        {
            int end = i == step.Stages.Count - 1 ? EpiloguePlaces.Count : EpiloguePlaces.Of(step.Stages[i + 1].Node.Op);
            Add(main, step.Stages[i], end);
        }

        if (main.StoresAnything)
        {
            _launches.Add(main);
        }
    }

    /// <summary>How many launches it is.</summary>
    public int Launches => _launches.Count;

    public void Enqueue(CudaStream stream)
    {
        foreach (EpilogueLaunch launch in _launches)
        {
            launch.Enqueue(stream);
        }
    }

    /// <param name="main">The step's own launch.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="end">The place at which the next stage begins.</param>
    private void Add(EpilogueLaunch main, PlanStage stage, int end)
    {
        bool isScaled = EpiloguePlaces.Of(stage.Node.Op) == EpiloguePlaces.Raw && _weights.Unscaling is not null;
        int place = isScaled ? EpiloguePlaces.Normalized : EpiloguePlaces.Of(stage.Node.Op);
        foreach (StoredBuffer destination in Destinations(stage, isScaled))
        {
            int free = place;
            while (free < end && main.Stores(free))
            {
                free++;
            }

            if (free < end)
            {
                main.Store(free, destination);
            }
            else
            {
                // Behind the sums of scaled filters stands what makes them true, where the step's own launch has the batch norm.
                EpilogueLaunch publishing = Launch(isScaled ? new EpilogueOperands(_weights.Unscaling, null, null, false) : _operands);
                publishing.Store(place, destination);
                _launches.Add(publishing);
            }
        }
    }

    private IEnumerable<StoredBuffer> Destinations(PlanStage stage, bool isScaled)
    {
        if (_loader.Wide(stage) is { } published)
        {
            yield return published;
        }

        bool isDeferred = _weights.IsDeferred && stage == _step.Stages[^1];
        if (stage.Stored is { } stored && !isDeferred)
        {
            StoredBuffer buffer = _loader.Buffer(stored);
            bool isThere = EpiloguePlaces.Of(stage.Node.Op) == EpiloguePlaces.Raw && buffer == _source && !isScaled;
            if (!isThere)
            {
                yield return buffer;
            }
        }
    }

    private EpilogueLaunch Launch(EpilogueOperands operands) => new(_loader.Kernels.Epilogue, _step.Head.Shape, _source, operands);
}
