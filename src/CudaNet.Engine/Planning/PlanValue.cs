namespace CudaNet.Engine;

/// <summary>A value that is stored: a layer's output in a buffer.</summary>
/// <param name="Node">The layer whose output it is.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Layout">How it lies there.</param>
/// <param name="Slot">The buffer it lives in, an index into <see cref="ExecutionPlan.SlotBytes"/>; null for the run's input, which is bound.</param>
public sealed record PlanValue(LayerNode Node, TensorShape Shape, StorageLayout Layout, int? Slot)
{
    /// <summary>What it takes, padding included.</summary>
    public long Bytes => Layout.Bytes(Shape);
}
