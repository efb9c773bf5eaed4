using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A layer as the CPU backend computes it, one class an operator: the weights it packs, the phase of a step that begins with it, its part of the
/// epilogue of a step that it continues. Made when a model is prepared, so that what is not known is refused there.
/// </summary>
internal abstract class CpuLayer(LayerNode node)
{
    /// <summary>How a step that begins with it is computed; its working memory is not known yet.</summary>
    public abstract StepChoice Choose(PlanStep step);

    /// <summary>Which stage it is of an epilogue that it joins.</summary>
    public virtual EpilogueStage Stage => EpilogueStage.Raw;

    protected LayerNode Node => node;

    /// <exception cref="UnknownOperatorException">There is no class for it.</exception>
    public static CpuLayer Of(LayerNode node, bool readsInput, CpuOptions options) => node.Op switch
    {
        Conv2d op => new ConvolutionLayer(node, op, readsInput, options),
        BatchNorm2d op => new NormLayer(node, op),
        Add => new SumLayer(node),
        ReLU => new ActivationLayer(node),
        MaxPool2d op => new WindowPoolLayer<MaxPooling>(node, op, default),
        AvgPool2d op => new WindowPoolLayer<AveragePooling>(node, op, new AveragePooling(op.CountIncludePad)),
        GlobalAveragePool => new GlobalAverageLayer(node),
        Linear op => new LinearLayer(node, op),
        Softmax => new SoftmaxLayer(node),
        Flatten => new FlattenLayer(node),
        Offset op => new OffsetLayer(node, op),
        _ => throw new UnknownOperatorException("the cpu backend", node),
    };

    /// <summary>Packs its weights, where it has any.</summary>
    /// <param name="forms">Keeps them.</param>
    /// <param name="parameters">What is packed; null where only its size is wanted.</param>
    /// <param name="lanes">Of the SIMD width.</param>
    public virtual void Pack(WeightForms forms, LayerParameters? parameters, int lanes)
    {
    }

    /// <summary>Elements of the copy that it makes of a stored input whose halo is too narrow; 0 where it makes none.</summary>
    public virtual long CopyElements(PlanValue input) => 0;

    /// <summary>The phase of a step that begins with it.</summary>
    public abstract StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step)
        where T : unmanaged, ISimd<T>;

    /// <summary>The phase that computes a step that begins with it together with the step before, whose output nothing else reads; null where the two are computed one after the other.</summary>
    /// <param name="loader">Of the plan.</param>
    /// <param name="step">Its step.</param>
    /// <param name="before">The step before.</param>
    /// <param name="head">The layer which that one begins with.</param>
    public virtual StoringPhase? Fold<T>(PlanLoader<T> loader, PlanStep step, PlanStep before, CpuLayer head)
        where T : unmanaged, ISimd<T> => null;

    /// <summary>Puts its part into the epilogue of a step that it begins or continues: of one that it begins and that has no other, what its phase has stored.</summary>
    public virtual unsafe void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
        where T : unmanaged, ISimd<T> =>
        epilogue.RawTo = step.Stages.Count == 1 ? loader.Destination(stage) : throw new UnknownOperatorException("an epilogue", node);
}
