namespace CudaNet.Engine;

/// <summary>
/// The roofline model (Williams, Waterman and Patterson 2009) of a plan on a GPU: no step can be faster than its FLOPs at the peak rate of the arithmetic, nor
/// faster than its bytes at that of the memory. Pure; nothing is measured and no device is asked.
/// </summary>
public static class Roofline
{
    /// <summary>The least time of each step by that model: ideally fused, from and to the device's memory once, without what a launch costs.</summary>
    /// <param name="plan">The steps.</param>
    /// <param name="gpu">Whose peaks count.</param>
    /// <param name="precision">What is multiplied, and so how much is moved.</param>
    /// <exception cref="CudaNetException">The GPU does not have that precision (<see cref="Gpu.WhyNot"/>).</exception>
    /// <exception cref="ShapeException">FLOPs or bytes are beyond 63 bits.</exception>
    public static PassFloor Floor(ExecutionPlan plan, Gpu gpu, ArithmeticPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(gpu);
        double peak = gpu.Peak(precision) ?? throw new CudaNetException(gpu.WhyNot(precision)!);
        return new PassFloor(plan, gpu, precision, [.. StepWork.Of(plan, precision.Storage()).Select(work => new StepFloor(work, work.Flops / peak, work.Bytes / gpu.BytesPerSecond))]);
    }
}

/// <summary>What keeps a step from being faster.</summary>
public enum RooflineBound
{
    /// <summary>The rate of the arithmetic.</summary>
    Compute,

    /// <summary>The rate of the device's memory.</summary>
    Memory,
}

/// <summary>The least time of a step.</summary>
/// <param name="Work">What it has to do.</param>
/// <param name="ComputeSeconds">Its FLOPs at the peak rate of the arithmetic.</param>
/// <param name="MemorySeconds">Its bytes at the peak rate of the memory.</param>
public sealed record StepFloor(StepWork Work, double ComputeSeconds, double MemorySeconds)
{
    /// <summary>The longer of the two.</summary>
    public double Seconds => Math.Max(ComputeSeconds, MemorySeconds);

    /// <summary>Which of the two that is.</summary>
    public RooflineBound Bound => ComputeSeconds > MemorySeconds ? RooflineBound.Compute : RooflineBound.Memory;
}

/// <summary>The least time of a pass whose steps follow each other: a limit to measure against, not a forecast.</summary>
/// <param name="Plan">What runs.</param>
/// <param name="Gpu">On what.</param>
/// <param name="Precision">In which arithmetic.</param>
/// <param name="Steps">Each step's least time, in order.</param>
public sealed record PassFloor(ExecutionPlan Plan, Gpu Gpu, ArithmeticPrecision Precision, IReadOnlyList<StepFloor> Steps)
{
    /// <summary>The sum over all steps.</summary>
    public double Seconds => Steps.Sum(s => s.Seconds);

    /// <summary>Seconds of that sum in steps that the memory bounds.</summary>
    public double MemoryBoundSeconds => Steps.Where(s => s.Bound == RooflineBound.Memory).Sum(s => s.Seconds);

    /// <summary>How many steps the memory bounds.</summary>
    public int MemoryBoundSteps => Steps.Count(s => s.Bound == RooflineBound.Memory);

    /// <summary>The batch over <see cref="Seconds"/>: no more images than these can pass in a second, one batch after the other.</summary>
    public double ImagesPerSecond => Plan.InputShape.Batch / Seconds;

    /// <summary>FLOPs of all steps.</summary>
    public long Flops => Steps.Sum(s => s.Work.Flops);

    /// <summary>Bytes from and to the device's memory of all steps.</summary>
    public long Bytes => Steps.Sum(s => s.Work.Bytes);

    /// <summary>Bytes of all weights, which are part of <see cref="Bytes"/>.</summary>
    public long WeightBytes => Steps.Sum(s => s.Work.WeightBytes);
}
