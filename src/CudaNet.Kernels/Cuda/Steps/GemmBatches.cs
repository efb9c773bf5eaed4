using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A fully connected layer by cuBLAS over a whole batch, in calls as the batch is cut.</summary>
internal sealed class GemmBatches(Linear op, ArithmeticPrecision precision, StoragePrecision result, BatchCut cut)
{
    private PaddedCall? _padded;

    public BatchCut Cut => cut;

    /// <summary>fp32 strictly: cuBLAS's plain type leaves the arithmetic to it.</summary>
    public cublasComputeType_t ComputeType => precision == ArithmeticPrecision.Float32 ? cublasComputeType_t.CUBLAS_COMPUTE_32F_PEDANTIC : precision.ComputeType();

    /// <summary>How many operations it queues.</summary>
    public int Operations => cut.Calls + (_padded is null ? 0 : PaddedCall.Operations);

    /// <summary>Bytes that it works in, once they are reserved.</summary>
    public long ScratchBytes => _padded?.Bytes ?? 0;

    private ProbeSizes Sizes { get; } = new((long)op.InFeatures * precision.Storage().Bytes(), (long)op.OutFeatures * result.Bytes(), op.OutFeatures, op.InFeatures, 0);

    /// <summary>The layer in calls of as many images as the options say. Under <see cref="CudaRuntime.Loading"/>.</summary>
    public static GemmBatches Of(CudaPlanLoader loader, Linear op, StoragePrecision result, int batch)
    {
        CudaOptions options = loader.Options;
        if (options.BatchBits.Images is { } chunk)
        {
            GemmBatches chunks = new(op, options.Precision, result, new BatchCut(batch, chunk, Pads: true));
            chunks._padded = chunks.Cut.HasPaddedCall ? new PaddedCall(loader, chunks.Cut, chunks.Sizes.InputBytes, chunks.Sizes.OutputBytes) : null;
            return chunks;
        }

        return new GemmBatches(op, options.Precision, result, options.BatchBits.IsChecked && batch > 1 ? Checked(loader, op, result, batch) : BatchCut.Whole(batch));
    }

    /// <summary>Queues it.</summary>
    public void Enqueue(CudaStream stream, CublasHandle cublas, DeviceSlice x, DeviceAddress w, DeviceSlice y)
    {
        cudaDataType resultType = result == StoragePrecision.Float32 ? cudaDataType.CUDA_R_32F : precision.CudaType();
        for (int first = 0; first < cut.Batch; first += cut.Images)
        {
            int images = Math.Min(cut.Images, cut.Batch - first);
            DeviceSlice from = x.Part(first * Sizes.InputBytes, images * Sizes.InputBytes), to = y.Part(first * Sizes.OutputBytes, images * Sizes.OutputBytes);
            PaddedCall? padded = images < cut.Images ? _padded : null;
            Gemm shape = Gemm.FullyConnected(cut.Pads ? cut.Images : images, op.InFeatures, op.OutFeatures);
            cublas.GemmEx(shape, precision.CudaType(), resultType, ComputeType, 1, w, padded?.Enter(stream, from) ?? from.Address, 0, padded?.Output ?? to.Address);
            padded?.Leave(stream, to);
        }
    }

    /// <summary>The most images a call, of halves, that give the bits of single images.</summary>
    private static BatchCut Checked(CudaPlanLoader loader, Linear op, StoragePrecision result, int batch)
    {
        CudaRuntime runtime = loader.Runtime;
        ArithmeticPrecision precision = loader.Options.Precision;
        using CublasHandle cublas = new(runtime.Stream);
        ChoiceCache.Section section = loader.Cache.Products(runtime, cublas.Version);
        string key = LayerKey.Of(op, result);
        BatchCut cut = new(batch, section.Chunk(key, batch) ?? batch);
        if (section.Chunk(key, batch) is null)
        {
            while (cut.Images > 1 && !AreEqual(cut))
            {
                cut = cut.Halved();
            }

            section.KeepChunk(key, batch, cut.Images);
        }

        return cut;

        bool AreEqual(BatchCut tried)
        {
            GemmBatches whole = new(op, precision, result, tried), single = new(op, precision, result, BatchCut.Whole(1));
            return BatchProbe.AreEqual(
                runtime, precision.Storage(), tried, whole.Sizes,
                b => whole.Enqueue(runtime.Stream, cublas, b.X, b.W, b.Y), b => single.Enqueue(runtime.Stream, cublas, b.X, b.W, b.Y));
        }
    }
}
