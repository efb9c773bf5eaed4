using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>A cuDNN whose bits depend on the batch or on the workspace: a program that takes equal algorithms for equal bits is wrong, one that fixes both is right.</summary>
public sealed class SumOrderTests
{
    private const int Images = 18;

    private static readonly EmulatedDeviceProfile ByBatch = EmulatedDeviceProfile.Ampere with { SumsByBatch = true };
    private static readonly EmulatedDeviceProfile ByWorkspace = EmulatedDeviceProfile.Ampere with { SumsByWorkspace = true };

    [Theory]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM)]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_GEMM)]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD)]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED)]
    internal void The_bits_of_an_image_change_at_4_and_at_16_images_and_stay_right(cudnnConvolutionFwdAlgo_t algorithm)
    {
        Dictionary<int, byte[]> first = [];
        foreach (int batch in (int[])[1, 3, 4, 15, 16, 17])
        {
            ConvolutionCase of = Case(batch, algorithm);
            (double[] values, byte[] bytes) = Run(of, ByBatch);
            Closeness.AssertClose(of.Expected(), values);
            first.Add(batch, Image(of, bytes, 0));
        }

        Assert.Equal(first[1], first[3]);
        Assert.Equal(first[4], first[15]);
        Assert.Equal(first[16], first[17]);
        Assert.NotEqual(first[3], first[4]);
        Assert.NotEqual(first[15], first[16]);
        Assert.NotEqual(first[3], first[16]);
    }

    [Theory]
    [InlineData(CUDNN_DATA_HALF, CUDNN_DATA_FLOAT)]
    [InlineData(CUDNN_DATA_HALF, CUDNN_DATA_HALF)]
    [InlineData(CUDNN_DATA_BFLOAT16, CUDNN_DATA_FLOAT)]
    [InlineData(CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE)]
    internal void In_any_order_the_numbers_are_right_within_their_precision(cudnnDataType_t type, cudnnDataType_t compute)
    {
        foreach (int batch in (int[])[1, 4, 16])
        {
            ConvolutionCase of = Case(batch, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, type, compute);
            Closeness.AssertClose(of.Expected(), Run(of, ByBatch).Values, compute == CUDNN_DATA_DOUBLE ? Closeness.Double : compute == CUDNN_DATA_HALF ? Closeness.HalfSums
                : Closeness.Call(type == CUDNN_DATA_HALF ? Engine.StoragePrecision.Float16 : Engine.StoragePrecision.BFloat16));
        }
    }

    [Fact]
    public void Batches_cut_into_equal_chunks_below_4_give_the_bits_of_one_image_and_whole_batches_do_not()
    {
        foreach ((EmulatedDeviceProfile profile, bool isVariant) in (IEnumerable<(EmulatedDeviceProfile, bool)>)[(ByBatch, true), (EmulatedDeviceProfile.Ampere, false)])
        {
            byte[] one = InChunksOf(1, profile), careful = InChunksOf(3, profile), careless = InChunksOf(Images, profile);
            Assert.Equal(one, careful);
            Assert.Equal(isVariant, !one.AsSpan().SequenceEqual(careless));
        }
    }

    [Theory]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM)]
    [InlineData(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM)]
    internal void The_bits_change_with_more_workspace_than_is_needed_and_stay_right(cudnnConvolutionFwdAlgo_t algorithm)
    {
        foreach (EmulatedDeviceProfile profile in (EmulatedDeviceProfile[])[ByWorkspace, EmulatedDeviceProfile.Ampere])
        {
            using LibraryProgram program = new(new EmulatorOptions { Devices = [profile] });
            ConvolutionCalls calls = new(program);
            nuint needed = calls.WorkspaceBytes(algorithm);
            byte[][] results =
            [
                .. ((nuint[])[needed, needed, needed + 1, needed + (1 << 20) - 1, needed + (1 << 20), 1 << 22]).Select(granted =>
                {
                    LibraryProgram.Ok(calls.Forward(algorithm, granted));
                    return program.Download(calls.Y, ConvolutionCalls.Bytes);
                }),
            ];
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[2], results[3]);
            Assert.Equal(results[4], results[5]);
            Assert.Equal(profile == ByWorkspace ? 3 : 1, results.DistinctBy(Convert.ToHexString).Count());
            foreach (byte[] result in results)
            {
                Closeness.AssertClose(Expected, new HostTensor(ElementType.Float32, false, new double[ConvolutionCalls.Bytes / 4], 1, 8, 12, 12).Decode(result));
            }
        }
    }

    private static double[] Expected => new ConvolutionCase { Type = CUDNN_DATA_FLOAT, Input = (1, 8, 12, 12), Filter = (8, 3) }.Expected();

    private static ConvolutionCase Case(
        int batch, cudnnConvolutionFwdAlgo_t algorithm, cudnnDataType_t type = CUDNN_DATA_FLOAT, cudnnDataType_t compute = CUDNN_DATA_FLOAT, int first = 0) =>
        new() { Type = type, Compute = compute, Algorithm = algorithm, FirstImage = first, Input = (batch, 6, 5, 7), Filter = (5, 3) };

    private static (double[] Values, byte[] Bytes) Run(ConvolutionCase of, EmulatedDeviceProfile profile)
    {
        using LibraryProgram program = new(new EmulatorOptions { Devices = [profile] });
        (double[], byte[]) result = of.Run(program);
        Assert.Empty(program.Machine.Findings);
        return result;
    }

    private static byte[] Image(ConvolutionCase of, byte[] bytes, int image)
    {
        int size = bytes.Length / of.Input.N;
        return bytes[(image * size)..((image + 1) * size)];
    }

    /// <summary>The results of all images, so many a call.</summary>
    private static byte[] InChunksOf(int chunk, EmulatedDeviceProfile profile) => [.. Enumerable.Range(0, Images / chunk)
        .SelectMany(part => Run(Case(chunk, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, first: part * chunk), profile).Bytes)];
}
