using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

internal sealed unsafe class ConvolutionLayer(LayerNode node, Conv2d op, bool readsInput) : CpuLayer(node)
{
    public override string Algorithm { get; } = StepAlgorithms.Of(op, readsInput);

    public override void Pack(WeightForms forms, LayerParameters? parameters, int lanes) =>
        forms.GetOrAdd(Node, Algorithm, arena => PackedConvolution.Pack(op, Algorithm, parameters, lanes, arena));

    public override long CopyElements(PlanValue input) => HaloCopy.ImageFor(input, op.Padding.Largest)?.Elements ?? 0;

    public override StoringPhase Begin<T>(PlanLoader<T> loader, PlanStep step)
    {
        PackedConvolution packed = loader.Forms.Get<PackedConvolution>(Node, Algorithm);
        BlockedImage to = BlockedImage.Of(step.Output.Shape);
        Epilogue epilogue = loader.Epilogue(step);
        if (Algorithm == StepAlgorithms.CompactDirect)
        {
            CompactInput input = loader.CompactInput(op.Padding.Largest);
            return new DirectPhase<T>((DirectConvolution)packed, input.Destination, SourceGeometry.Of(input, op), to, epilogue, loader.Scratch);
        }

        float* source = loader.Source(step.Input, op.Padding.Largest, out BlockedImage from);
        SourceGeometry geometry = SourceGeometry.Of(from, op);
        return packed is DirectConvolution direct
            ? new DirectPhase<T>(direct, source, geometry, to, epilogue, loader.Scratch)
            : new LanewisePhase<T>((LanewiseConvolution)packed, source, geometry, to, epilogue, loader.Scratch);
    }

    public override void Join<T>(PlanLoader<T> loader, PlanStep step, PlanStage stage, ref Epilogue epilogue)
    {
        epilogue.Bias = loader.Forms.Get<PackedConvolution>(Node, Algorithm).Bias;
        epilogue.RawTo = loader.Destination(stage);
    }
}
