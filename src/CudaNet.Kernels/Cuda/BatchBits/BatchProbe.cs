using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Whether a layer gives images the same bits in a batch, cut as it is to run, as alone: tried on fixed values, in memory that is freed again. Under
/// <see cref="CudaRuntime.Loading"/>.
/// </summary>
/// <remarks>
/// Inputs lie close to 1, and the second half of a filter is the first half reversed and negated: the sums almost cancel, so that what the order of summation
/// leaves behind is seen even where results are rounded to half precision.
/// </remarks>
internal static class BatchProbe
{
    /// <summary>Values of the input that repeat: an odd number, so that images differ.</summary>
    private const int Period = (1 << 16) + 1;

    /// <param name="runtime">Where.</param>
    /// <param name="storage">Of inputs and filters.</param>
    /// <param name="cut">The batch.</param>
    /// <param name="sizes">Of the layer.</param>
    /// <param name="batch">Queues the batch in the runtime's stream.</param>
    /// <param name="single">Queues one image.</param>
    public static bool AreEqual(CudaRuntime runtime, StoragePrecision storage, BatchCut cut, in ProbeSizes sizes, Action<ProbeBuffers> batch, Action<ProbeBuffers> single)
    {
        int element = storage.Bytes();
        byte[] filters = Filters(storage, sizes.Filters, sizes.Terms);
        long[] parts = [.. new[] { cut.Batch * sizes.InputBytes, sizes.InputBytes, filters.Length, sizes.WorkspaceBytes, cut.Batch * sizes.OutputBytes, sizes.OutputBytes }.Select(DeviceMemory.Aligned)];
        using DeviceMemory memory = new(runtime.Context, parts.Sum());
        DeviceSlice Place(int part, long bytes) => memory.Slice(parts.Take(part).Sum(), bytes);
        DeviceSlice images = Place(0, cut.Batch * sizes.InputBytes), image = Place(1, sizes.InputBytes), w = Place(2, filters.Length);
        DeviceSlice results = Place(4, cut.Batch * sizes.OutputBytes), result = Place(5, sizes.OutputBytes);
        DeviceAddress workspace = sizes.WorkspaceBytes == 0 ? default : Place(3, sizes.WorkspaceBytes).Address;
        CudaStream stream = runtime.Stream;
        try
        {
            stream.Upload<byte>(filters, w);
            FillInputs(stream, images, storage, element);
            batch(new ProbeBuffers(images, w.Address, workspace, results));
            byte[] alone = new byte[sizes.OutputBytes], among = new byte[sizes.OutputBytes];
            foreach (int i in Compared(cut))
            {
                stream.Copy(images.Part(i * sizes.InputBytes, sizes.InputBytes), image);
                single(new ProbeBuffers(image, w.Address, workspace, result));
                stream.Download<byte>(result, alone);
                stream.Download<byte>(results.Part(i * sizes.OutputBytes, sizes.OutputBytes), among);
                if (!alone.AsSpan().SequenceEqual(among))
                {
                    return false;
                }
            }

            return true;
        }
        catch
        {
            stream.Quiesce();
            throw;
        }
    }

    /// <summary>First, middle and last of the batch, and of the call that is shorter than the others.</summary>
    private static IEnumerable<int> Compared(BatchCut cut) =>
        new[] { 0, cut.Batch / 2, cut.Batch - 1, cut.Batch - Math.Max(1, cut.ShortCall) }.Distinct();

    /// <summary>Uploads a period, and doubles what is there.</summary>
    private static void FillInputs(CudaStream stream, DeviceSlice images, StoragePrecision storage, int element)
    {
        const float Spread = 1f / 64;
        Draws draws = new();
        float[] values = [.. Enumerable.Range(0, (int)Math.Min(Period, images.Bytes / element)).Select(_ => 1 + (Spread * draws.Next()))];
        byte[] first = StorageEncoding.Encode(values, storage);
        stream.Upload<byte>(first, images.Part(0, first.Length));
        for (long there = first.Length; there < images.Bytes; there *= 2)
        {
            long more = Math.Min(there, images.Bytes - there);
            stream.Copy(images.Part(0, more), images.Part(there, more));
        }
    }

    private static byte[] Filters(StoragePrecision storage, int filters, int terms)
    {
        const int Exponents = 12;
        Draws draws = new();
        float[] values = new float[checked(filters * terms)];
        for (int filter = 0; filter < filters; filter++)
        {
            Span<float> own = values.AsSpan(filter * terms, terms);
            for (int i = 0; i < terms / 2; i++)
            {
                float magnitude = MathF.ScaleB(0.5f + (draws.Next() / 2), -(int)(Exponents * draws.Next()));
                own[i] = draws.Next() < 0.5f ? magnitude : -magnitude;
                own[terms - 1 - i] = -own[i];
            }

            // A sum of an odd number of terms has one without a partner.
            own[terms / 2] = terms % 2 == 0 ? own[terms / 2] : MathF.ScaleB(draws.Next(), -Exponents);
        }

        return StorageEncoding.Encode(values, storage);
    }

    /// <summary>Numbers from 0 to 1 without end, the same each time (xorshift, Marsaglia 2003).</summary>
    private sealed class Draws
    {
        private uint _state = 0x9E37_79B9;

        public float Next()
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (_state >> 8) * (1f / (1 << 24));
        }
    }
}
