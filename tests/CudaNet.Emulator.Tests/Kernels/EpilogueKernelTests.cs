using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Reference;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

public sealed class EpilogueKernelTests
{
    private const double Epsilon = 1e-5;

    public static TheoryData<string, string> Targets => KernelDevice.Targets;

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_stage_is_the_references_on_the_shapes_of_a_network(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (int batch in (ReadOnlySpan<int>)[1, 2])
        {
            foreach (TensorShape shape in (TensorShape[])[new(batch, 64, 112, 112), .. KernelShapes.Stages(batch)])
            {
                Check(device, shape, Enum.Parse<StoragePrecision>(precision), batch == 1 ? KernelDevice.Variants : [KernelVariant.Fastest]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Every_stage_is_the_references_on_odd_shapes(string level, string precision)
    {
        using KernelDevice device = new(level);
        foreach (TensorShape shape in KernelShapes.Odd)
        {
            Check(device, shape, Enum.Parse<StoragePrecision>(precision), KernelDevice.Variants);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Any_stage_is_published_in_either_precision_without_changing_another(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach (int channels in (ReadOnlySpan<int>)[5, 24, 64, 264])
        {
            TensorShape shape = new(1, channels, 3, 7);
            float[][] expected = Run(device, shape, precision, KernelVariant.Fastest, published: 0b1111, wide: 0b1111);
            for (int published = 1; published < 16; published++)
            {
                foreach (int wide in (ReadOnlySpan<int>)[0, published, published & 0b0101])
                {
                    float[][] actual = Run(device, shape, precision, KernelVariant.Fastest, published, wide);
                    for (int stage = 0; stage < 4; stage++)
                    {
                        if ((published >> stage & 1) != 0)
                        {
                            StoragePrecision stored = (wide >> stage & 1) != 0 ? StoragePrecision.Float32 : precision;
                            Closeness.AssertSame(StoredValues.Round(expected[stage], stored), actual[stage], $"{shape}, published {published:b4}, wide {wide:b4}, stage {stage}");
                        }
                    }
                }
            }

            device.Clear();
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_result_may_replace_the_source_or_the_residual(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        TensorShape shape = new(2, 64, 9, 5);
        float[] expected = Run(device, shape, precision, KernelVariant.Fastest, published: 0b1000, wide: 0)[3];
        Operands operands = new(device, shape, precision);
        foreach (bool replacesResidual in (ReadOnlySpan<bool>)[false, true])
        {
            GuardedBuffer source = device.Upload(operands.Source, precision);
            GuardedBuffer residual = device.Upload(operands.Residual, precision);
            GuardedBuffer result = replacesResidual ? residual : source;
            EpilogueArguments arguments = operands.Arguments(source, residual) with { Activation = new StageDestination(result.Slice, precision) };
            device.Kernels.Epilogue.Run(device.Stream, arguments, shape, precision);
            Closeness.AssertSame(expected, result.Read(precision), $"{precision}, replaces the residual: {replacesResidual}");
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Values_that_are_no_numbers_and_signed_zeros_go_through_as_the_reference_says(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        float[] special = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, 1f, -1f, 2f];
        TensorShape shape = new(1, 8, 1, 1);
        float[] relu = new float[8];
        ReferenceElementwise.ReLU(special, relu);
        using KernelDevice device = new(level);
        foreach (KernelVariant variant in KernelDevice.Variants)
        {
            GuardedBuffer raw = device.Reserve(8, precision), activation = device.Reserve(8, precision);
            EpilogueArguments arguments = new()
            {
                Source = device.Upload(special, precision).Slice,
                Relu = true,
                Raw = new StageDestination(raw.Slice, precision),
                Activation = new StageDestination(activation.Slice, precision),
            };
            device.Kernels.Epilogue.Run(device.Stream, arguments, shape, precision, variant);
            Closeness.AssertSame(special, raw.Read(precision), $"raw, {variant}");
            Closeness.AssertSame(relu, activation.Read(precision), $"activation, {variant}");
        }
    }

    /// <summary>A residual that is a shortcut's raw value gets constants of its own first: as if it had been normalised in fp32 before.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void A_residual_may_be_scaled_and_shifted_first(string level, string precisionName)
    {
        StoragePrecision precision = Enum.Parse<StoragePrecision>(precisionName);
        using KernelDevice device = new(level);
        foreach (TensorShape shape in (TensorShape[])[new(2, 64, 5, 3), new(1, 264, 3, 2), new(1, 5, 3, 7)])
        {
            Operands operands = new(device, shape, precision);
            (float[] scale, float[] shift) = (StoredValues.Uniform(31, shape.Channels), StoredValues.Uniform(32, shape.Channels));
            float[] sums = new float[shape.ElementCount];
            for (int i = 0; i < sums.Length; i++)
            {
                int c = i % shape.Channels;
                sums[i] = operands.Source[i] + MathF.FusedMultiplyAdd(operands.Residual[i], scale[c], shift[c]);
            }

            foreach (KernelVariant variant in KernelDevice.Variants)
            {
                GuardedBuffer sum = device.Reserve(shape.ElementCount, StoragePrecision.Float32);
                EpilogueArguments arguments = new()
                {
                    Source = device.Upload(operands.Source, precision).Slice,
                    Residual = device.Upload(operands.Residual, precision).Slice,
                    ResidualScale = device.Upload(scale, StoragePrecision.Float32).Slice,
                    ResidualShift = device.Upload(shift, StoragePrecision.Float32).Slice,
                    Sum = new StageDestination(sum.Slice, StoragePrecision.Float32),
                };
                device.Kernels.Epilogue.Run(device.Stream, arguments, shape, precision, variant);
                Closeness.AssertSame(sums, sum.Read(StoragePrecision.Float32), $"{shape}, {variant}");
            }

            device.Clear();
        }
    }

    [Fact]
    public void Buffers_may_begin_where_no_piece_of_128_bits_does()
    {
        using KernelDevice device = new("sm_75");
        TensorShape shape = new(1, 16, 3, 3);
        Operands operands = new(device, shape, StoragePrecision.Float16);
        float[] expected = Run(device, shape, StoragePrecision.Float16, KernelVariant.Naive, published: 0b1000, wide: 0)[3];
        for (int odd = 0; odd < 3; odd++)
        {
            GuardedBuffer result = device.Reserve(shape.ElementCount, StoragePrecision.Float16, odd == 2 ? 2 : 0);
            EpilogueArguments arguments = operands.Arguments(
                device.Upload(operands.Source, StoragePrecision.Float16, odd == 0 ? 2 : 0),
                device.Upload(operands.Residual, StoragePrecision.Float16, odd == 1 ? 2 : 0));
            device.Kernels.Epilogue.Run(
                device.Stream, arguments with { Activation = new StageDestination(result.Slice, StoragePrecision.Float16) }, shape, StoragePrecision.Float16);
            Closeness.AssertSame(expected, result.Read(StoragePrecision.Float16), $"buffer {odd}");
        }
    }

    private static void Check(KernelDevice device, TensorShape shape, StoragePrecision precision, ReadOnlySpan<KernelVariant> variants)
    {
        float[][] expected = new Operands(device, shape, precision).Reference(shape);
        foreach (KernelVariant variant in variants)
        {
            float[][] actual = Run(device, shape, precision, variant, published: 0b1111, wide: 0b0001);
            for (int stage = 0; stage < 4; stage++)
            {
                Closeness.AssertClose(expected[stage], actual[stage], precision, $"stage {stage}, {variant}, {shape}");
            }
        }

        device.Clear();
    }

    /// <summary>The published stages as NHWC.</summary>
    private static float[][] Run(KernelDevice device, TensorShape shape, StoragePrecision precision, KernelVariant variant, int published, int wide)
    {
        Operands operands = new(device, shape, precision);
        GuardedBuffer?[] buffers = new GuardedBuffer?[4];
        StageDestination?[] stages = new StageDestination?[4];
        StoragePrecision PrecisionOf(int stage) => (wide >> stage & 1) != 0 ? StoragePrecision.Float32 : precision;
        for (int stage = 0; stage < 4; stage++)
        {
            if ((published >> stage & 1) != 0)
            {
                buffers[stage] = device.Reserve(shape.ElementCount, PrecisionOf(stage));
                stages[stage] = new StageDestination(buffers[stage]!.Slice, PrecisionOf(stage));
            }
        }

        EpilogueArguments arguments = operands.Arguments(device.Upload(operands.Source, precision), device.Upload(operands.Residual, precision)) with
        {
            Raw = stages[0],
            Normalized = stages[1],
            Sum = stages[2],
            Activation = stages[3],
        };
        device.Kernels.Epilogue.Run(device.Stream, arguments, shape, precision, variant);
        return [.. buffers.Select((b, i) => b?.Read(PrecisionOf(i)) ?? [])];
    }

    /// <summary>A batch norm's operands, all NHWC, and what the reference makes of them.</summary>
    private sealed class Operands(KernelDevice device, TensorShape shape, StoragePrecision precision)
    {
        private readonly float[] _weight = Constants("weight", shape.Channels, 1f);
        private readonly float[] _bias = Constants("bias", shape.Channels, 0f);
        private readonly float[] _mean = Constants("mean", shape.Channels, 0f);
        private readonly float[] _variance = Constants("variance", shape.Channels, 1.5f);

        public float[] Source { get; } = KernelShapes.Values("source", new TensorShape(shape.Batch, shape.Height, shape.Width, shape.Channels), precision);

        public float[] Residual { get; } = KernelShapes.Values("residual", new TensorShape(shape.Batch, shape.Height, shape.Width, shape.Channels), precision);

        public EpilogueArguments Arguments(GuardedBuffer source, GuardedBuffer residual)
        {
            ScaleAndShift affine = new(Epsilon, _weight, _bias, _mean, _variance);
            return new EpilogueArguments
            {
                Source = source.Slice,
                Residual = residual.Slice,
                Scale = device.Upload(affine.Scale).Slice,
                Shift = device.Upload(affine.Shift).Slice,
                Relu = true,
            };
        }

        /// <summary>Raw value, norm, sum and activation. One "image" of pixels × channels, so that the reference sees NHWC as its own layout.</summary>
        public float[][] Reference(TensorShape all)
        {
            TensorShape pixels = new((int)(all.ElementCount / all.Channels), all.Channels, 1, 1);
            float[] norm = new float[Source.Length], sum = new float[Source.Length], activation = new float[Source.Length];
            ReferenceElementwise.BatchNorm(Source, pixels, Epsilon, _weight, _bias, _mean, _variance, norm);
            ReferenceElementwise.Add(norm, Residual, sum);
            ReferenceElementwise.ReLU(sum, activation);
            return [Source, norm, sum, activation];
        }

        private static float[] Constants(string name, int channels, float around) =>
            [.. Formula.Uniform(name, new TensorShape(channels)).Values.ToArray().Select(v => around + (v / 2))];
    }
}
