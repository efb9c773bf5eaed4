using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Turns a plan into an executable at one vector width: allocates every buffer, makes every step.</summary>
internal sealed unsafe class PlanLoader<T>(CpuModel model, ExecutionPlan plan, Place place, NativeArena arena)
    where T : unmanaged, ISimd<T>
{
    private readonly List<HostInput> _inputs = [];
    private readonly Scratch _scratch = new(model.Pool.Threads);
    private NativeBuffer[] _slots = [];
    private long _copyBytes;

    public CpuExecutable Load()
    {
        _slots = [.. plan.SlotBytes.Select(bytes => arena.Allocate(bytes / sizeof(float), "the values of the layers"))];
        LoadedStep[] steps = [.. plan.Steps.Select(Load)];
        HostOutput result = new(Pointer(plan.Output), BlockedImage.Of(plan.OutputShape));
        int observed = steps.SelectMany(s => s.Publications).Select(p => p.Output.Elements).DefaultIfEmpty().Max();
        _scratch.Allocate(arena);
        return new CpuExecutable(plan, place, arena, model, [.. _inputs], steps, result, new HostValues(observed));
    }

    private LoadedStep Load(PlanStep step)
    {
        PlanValue output = step.Output;
        BlockedImage to = BlockedImage.Of(output.Shape);
        string algorithm = step.Head.Node.Op switch
        {
            Conv2d op => StepAlgorithms.Of(op, step.Input.Slot is null),
            MaxPool2d or GlobalAveragePool => StepAlgorithms.Rows,
            Linear => StepAlgorithms.Panels,
            _ => StepAlgorithms.ScaleAndShift,
        };
        (_scratch.RequiredBytes, _copyBytes) = (0, 0);
        ParallelWork[] phases = step.Head.Node.Op switch
        {
            Conv2d => Convolution(step, algorithm, model.Get<PackedConvolution>(step.Head.Node, algorithm), to),
            MaxPool2d op => [new MaxPoolStep<T>(Pointer(step.Input), BlockedImage.Of(step.Input.Shape), op, Pointer(output), to)],
            GlobalAveragePool => [new GlobalAverageStep<T>(Pointer(step.Input), BlockedImage.Of(step.Input.Shape), Pointer(output))],
            Linear => [new LinearStep<T>(Pointer(step.Input), BlockedImage.Of(step.Input.Shape), model.Get<PackedLinear>(step.Head.Node, algorithm), Pointer(output), to)],
            _ => [new ElementwiseStep<T>(Pointer(step.Input), to, Epilogue(step))],
        };
        Publication[] publications = [.. step.Stages.Where(s => s.IsObserved).Select(s => new Publication(s, new HostOutput(Pointer(s.Stored!), BlockedImage.Of(s.Shape))))];
        return new LoadedStep(phases, publications, new StepChoice(algorithm, _scratch.RequiredBytes + _copyBytes));
    }

    private ParallelWork[] Convolution(PlanStep step, string algorithm, PackedConvolution layer, BlockedImage to)
    {
        Epilogue epilogue = Epilogue(step);
        epilogue.Bias = layer.Bias;
        if (algorithm == StepAlgorithms.CompactDirect)
        {
            CompactInput input = Compact(layer.Op.Padding);
            return [new DirectStep<T>((DirectConvolution)layer, input.Destination, SourceGeometry.Of(input, layer.Op), to, epilogue, _scratch)];
        }

        float* source = Source(step.Input, layer.Op.Padding, out BlockedImage from, out ParallelWork? copy);
        ParallelWork work = layer is DirectConvolution direct
            ? new DirectStep<T>(direct, source, SourceGeometry.Of(from, layer.Op), to, epilogue, _scratch)
            : new LanewiseStep<T>((LanewiseConvolution)layer, source, from, to, epilogue, _scratch);
        return copy is null ? [work] : [copy, work];
    }

    /// <summary>A value with a halo at least as wide as the padding, and the copy that makes it where the stored one is narrower.</summary>
    private float* Source(PlanValue value, int padding, out BlockedImage from, out ParallelWork? copy)
    {
        BlockedImage stored = BlockedImage.Of(value.Shape);
        from = stored;
        copy = null;
        if (padding <= stored.Halo)
        {
            return Pointer(value);
        }

        from = stored.WithHalo(padding);
        if (value.Slot is null)
        {
            return Input(padding).Destination;
        }

        float* destination = arena.Allocate(from.Elements, "workspaces").Pointer;
        _copyBytes = sizeof(float) * from.Elements;
        copy = new HaloCopy(Pointer(value), stored, destination, from);
        return destination;
    }

    private Epilogue Epilogue(PlanStep step)
    {
        Epilogue epilogue = default;
        foreach (PlanStage stage in step.Stages)
        {
            float* destination = stage.Stored is { } stored ? Pointer(stored) : null;
            switch (stage.Node.Op)
            {
                case Conv2d:
                    epilogue.RawTo = destination;
                    break;
                case BatchNorm2d:
                    PackedBatchNorm constants = model.Get<PackedBatchNorm>(stage.Node, StepAlgorithms.ScaleAndShift);
                    epilogue.Scale = constants.Scale;
                    epilogue.Shift = constants.Shift;
                    epilogue.NormTo = destination;
                    break;
                case Add:
                    epilogue.Residual = Pointer(step.Residual!);
                    epilogue.SumTo = destination;
                    break;
                default:
                    epilogue.Relu = true;
                    epilogue.ReluTo = destination;
                    break;
            }
        }

        return epilogue;
    }

    private float* Pointer(PlanValue value) => value.Slot is { } slot ? _slots[slot].Pointer : Input(StorageLayout.Blocked16.Halo).Destination;

    /// <summary>The run's input in blocks of 16 channels; made once for each halo that a step needs.</summary>
    private BlockedInput Input(int halo)
    {
        BlockedImage image = BlockedImage.Of(plan.InputShape).WithHalo(halo);
        BlockedInput? input = _inputs.OfType<BlockedInput>().FirstOrDefault(i => i.Image == image);
        if (input is null)
        {
            input = new BlockedInput(arena.Allocate(image.Elements, "the input").Pointer, image);
            _inputs.Add(input);
        }

        return input;
    }

    private CompactInput Compact(int halo)
    {
        CompactInput? input = _inputs.OfType<CompactInput>().FirstOrDefault(i => i.Halo == halo);
        if (input is null)
        {
            TensorShape shape = plan.InputShape;
            long elements = CompactInput.Elements(shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
            input = new CompactInput(arena.Allocate(elements, "the input").Pointer, shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
            _inputs.Add(input);
        }

        return input;
    }
}
