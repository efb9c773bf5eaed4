using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Cpu;

/// <summary>Copies of stored values to the host against one loop over all elements: every width, tails of channels and pixels, one item or many.</summary>
public sealed unsafe class HostOutputTests
{
    private const float Untouched = -1;

    public static TheoryData<SimdWidth> Widths => CpuWidths.All;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_element_arrives_and_nothing_else_is_written(SimdWidth width)
    {
        using WorkerPool one = new(1), three = new(3);
        WorkTeam alone = new(one), shared = new(three);
        foreach (int channels in (int[])[1, 3, 16, 17, 40])
        {
            for (int height = 1; height <= 20; height++)
            {
                for (int columns = 1; columns <= 20; columns++)
                {
                    int batch = 1 + ((height + columns) % 3);
                    Check(width, (height + columns) % 2 == 0 ? alone : shared, new TensorShape(batch, channels, height, columns));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Large_planes_small_planes_and_vectors(SimdWidth width)
    {
        using WorkerPool pool = new(3);
        WorkTeam team = new(pool);
        Check(width, team, new TensorShape(2, 33, 67, 71));
        Check(width, team, new TensorShape(3, 200, 3, 3));
        Check(width, team, new TensorShape(1, 5, 1, 5000));
        Check(width, team, new TensorShape(2, 5, 5000, 1));
        Check(width, team, new TensorShape(3, 37));
        Check(width, team, new TensorShape(1, 512));
    }

    [Fact]
    public void A_large_value_is_cut_for_all_threads_and_a_small_one_for_none()
    {
        HostOutput<Simd128> large = new(null, BlockedImage.Of(new TensorShape(1, 16, 112, 112)));
        HostOutput<Simd128> small = new(null, BlockedImage.Of(new TensorShape(1, 512)));
        Assert.Equal((7, 1), (large.Items, small.Items));
    }

    private static void Check(SimdWidth width, WorkTeam team, TensorShape shape)
    {
        BlockedImage from = BlockedImage.Of(shape);
        float[] stored = new float[from.Elements];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[i] = i;
        }

        float[] copied = new float[shape.ElementCount + 1];
        Array.Fill(copied, Untouched);
        fixed (float* source = stored, destination = copied)
        {
            HostOutput output = (width, SimdSupport.IsSupported(width)) switch
            {
                (SimdWidth.Bits512, true) => new HostOutput<Simd512>(source, from),
                (SimdWidth.Bits512, false) => new HostOutput<PairedVectors<PairedVectors<Simd128>>>(source, from),
                (SimdWidth.Bits256, true) => new HostOutput<Simd256>(source, from),
                (SimdWidth.Bits256, false) => new HostOutput<PairedVectors<Simd128>>(source, from),
                _ => new HostOutput<Simd128>(source, from),
            };
            output.Destination = destination;
            team.Run(output);
        }

        Assert.Equal(Untouched, copied[^1]);
        int pixels = from.Height * from.Width;
        for (int i = 0; i < shape.ElementCount; i++)
        {
            (int plane, int pixel) = Math.DivRem(i, pixels);
            (int image, int channel) = Math.DivRem(plane, from.Channels);
            (int y, int x) = Math.DivRem(pixel, from.Width);
            nint block = (image * from.ImageStride) + (channel / 16 * from.PlaneStride) + from.Interior;
            if (copied[i] != stored[block + (y * from.RowStride) + (x * 16) + (channel % 16)])
            {
                Assert.Fail($"{shape}, {width}: element {i} is {copied[i]}");
            }
        }
    }
}
