using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A layer that looks at one position at a time: part of a convolution's epilogue, or of an epilogue on a stored value.</summary>
internal abstract unsafe class ElementwiseLayer(LayerNode node) : CpuLayer(node)
{
    public sealed override StepChoice Choose(PlanStep step) => new(StepAlgorithms.ScaleAndShift, 0);

    public sealed override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step) =>
        new ElementwisePhase<T>(loader.Pointer(step.Input), BlockedImage.Of(step.Output.Shape), loader.Epilogue(step));

    public abstract override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue);
}

internal sealed unsafe class NormLayer(LayerNode node, BatchNorm2d op) : ElementwiseLayer(node)
{
    public override EpilogueStage Stage => EpilogueStage.Norm;

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, StepAlgorithms.ScaleAndShift, arena => new PackedBatchNorm(op, parameters, arena));

    public override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
    {
        PackedBatchNorm constants = loader.Forms.Get<PackedBatchNorm>(Node, StepAlgorithms.ScaleAndShift);
        epilogue.Scale = constants.Scale;
        epilogue.Shift = constants.Shift;
        epilogue.NormTo = loader.Destination(stage);
    }
}

internal sealed unsafe class SumLayer(LayerNode node) : ElementwiseLayer(node)
{
    public override EpilogueStage Stage => EpilogueStage.Sum;

    public override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
    {
        epilogue.Residual = loader.Pointer(step.Residual!);
        epilogue.SumTo = loader.Destination(stage);
    }
}

internal sealed unsafe class ActivationLayer(LayerNode node) : ElementwiseLayer(node)
{
    public override EpilogueStage Stage => EpilogueStage.Relu;

    public override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
    {
        epilogue.Relu = true;
        epilogue.ReluTo = loader.Destination(stage);
    }
}
