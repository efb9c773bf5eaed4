using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class ConvolutionLayer : CpuLayer
{
    private readonly Conv2d _op;
    private readonly bool _readsInput;
    private readonly CpuOptions _options;

    /// <summary>How its weights are packed, and how it is summed where no transform is chosen.</summary>
    private readonly string _form;

    public ConvolutionLayer(LayerNode node, Conv2d op, bool readsInput, CpuOptions options)
        : base(node)
    {
        _op = op;
        _readsInput = readsInput;
        _options = options;
        bool isTransformed = options.Convolutions == CpuConvolutions.Winograd && WinogradChoice.WhyNever(op, readsInput) is null && !WinogradChoice.IsSpaceToDepth(op, readsInput);
        _form = StepAlgorithms.Of(op, readsInput, isTransformed);
    }

    public override StepChoice Choose(PlanStep step)
    {
        string? winograd = Winograd(step, out string? whyNot);
        long direct = 2L * step.Head.Shape.ElementCount * _op.InChannels / _op.Groups * _op.KernelHeight * _op.KernelWidth;
        return new StepChoice(winograd ?? _form, 0)
        {
            Operations = winograd is null ? direct : WinogradChoice.Operations(_op, step.Head.Shape, winograd),
            Note = whyNot is null ? null : $"not by Winograd: {whyNot}",
        };
    }

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, _form, arena => PackedConvolution.Pack(_op, _form, parameters, lanes, arena));

    public override long CopyElements(PlanValue input) => HaloCopy.ImageFor(input, _op.Padding.Largest)?.Elements ?? 0;

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step)
    {
        PackedConvolution packed = loader.Forms.Get<PackedConvolution>(Node, _form);
        BlockedImage to = BlockedImage.Of(step.Output.Shape);
        string? winograd = Winograd(step, out _);
        if (winograd == WinogradChoice.SpaceToDepth)
        {
            return WinogradStep.Begin<T, Winograd4x4Taps4>(loader, Node, winograd, (DirectConvolution)packed, SpaceToDepth<T, Winograd4x4Taps4>(loader, step, (DirectConvolution)packed), step);
        }

        if (_form == StepAlgorithms.CompactDirect)
        {
            CompactInput input = loader.Inputs.Compact(_op.Padding.Largest);
            return new DirectPhase<T>((DirectConvolution)packed, input.Destination, SourceGeometry.Of(input, _op), to, loader.Epilogue(step), loader.TakePublisher(), loader.Scratch);
        }

        float* source = loader.Source(step.Input, _op.Padding.Largest, out BlockedImage from);
        SourceGeometry geometry = SourceGeometry.Of(from, _op);
        return winograd switch
        {
            WinogradChoice.Four => WinogradStep.Begin<T, Winograd4x4>(loader, Node, winograd, (DirectConvolution)packed, WinogradSource.Of(source, from, (DirectConvolution)packed), step),
            WinogradChoice.Two => WinogradStep.Begin<T, Winograd2x2>(loader, Node, winograd, (DirectConvolution)packed, WinogradSource.Of(source, from, (DirectConvolution)packed), step),
            _ when _form == StepAlgorithms.PackedGroups => new PackedGroupsPhase<T>((DirectConvolution)packed, source, geometry, to, loader.Epilogue(step), loader.Scratch),
            _ when packed is DirectConvolution direct => new DirectPhase<T>(direct, source, geometry, to, loader.Epilogue(step), loader.TakePublisher(), loader.Scratch),
            _ => new LanewisePhase<T>((LanewiseConvolution)packed, source, geometry, to, loader.Epilogue(step), loader.Scratch),
        };
    }

    /// <summary>The phase of a step that begins with it, and of the pooling that alone reads its output; null where the two are computed one after the other, as all but a stem is.</summary>
    public StoringPhase? BeginPooled<T, TPooling>(PlanLoader<T> loader, PlanStep step, RowPooling<TPooling> pool)
        where T : unmanaged, ISimd<T>
        where TPooling : struct, IPooling =>
        Winograd(step, out _) is WinogradChoice.SpaceToDepth and { } algorithm && loader.Forms.Get<PackedConvolution>(Node, _form) is DirectConvolution packed
            ? WinogradStep.BeginPooled<T, Winograd4x4Taps4, TPooling>(loader, Node, algorithm, packed, SpaceToDepth<T, Winograd4x4Taps4>(loader, step, packed), step, pool)
            : null;

    public override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
    {
        epilogue.Bias = loader.Forms.Get<PackedConvolution>(Node, _form).Bias;
        epilogue.RawTo = loader.Destination(stage);
    }

    /// <summary>The input, whose rows and columns reach to the end of the last tile.</summary>
    private WinogradSource SpaceToDepth<T, TVariant>(PlanLoader<T> loader, PlanStep step, DirectConvolution packed)
        where T : unmanaged, ISimd<T>
        where TVariant : struct, IWinograd
    {
        int height = TileAxis.Of<TVariant>(step.Head.Shape.Height).Covered(TVariant.Inputs);
        int width = TileAxis.Of<TVariant>(step.Head.Shape.Width).Covered(TVariant.Inputs);
        return WinogradSource.Of(loader.Inputs.SpaceToDepth(_op.Padding, height, width), packed);
    }

    private string? Winograd(PlanStep step, out string? whyNot) =>
        WinogradChoice.Of(_op, step.Head.Shape, _options.Convolutions, _readsInput, out whyNot) is { } chosen
            ? chosen == WinogradChoice.SpaceToDepth ? chosen : _options.WinogradVariant ?? chosen
            : null;
}
