using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>What a model keeps of the bytes or the stream that it was opened from, and what a stream may do.</summary>
public sealed class OpenLifetimeTests
{
    private const int Megabyte = 1 << 20;

    private static byte[] Bytes => File.ReadAllBytes(Repository.Data("checkpoints/zip.pth"));

    [Fact]
    public void Aligned_bytes_are_not_copied_and_stay_where_they_are()
    {
        byte[] bytes = Bytes;
        using WeightFile file = WeightFile.Open(bytes);
        foreach (WeightTensor tensor in file.Tensors)
        {
            Assert.True(tensor.IsZeroCopy);
            Assert.True(MemoryMarshal.AsBytes(tensor.Read().Values).Overlaps(bytes));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Values_at_odd_addresses_are_the_same_and_views_where_the_processor_reads_them(int by)
    {
        bool readsAnywhere = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
        using WeightFile file = WeightFile.Open(OpenForms.Moved(Bytes, by));
        using WeightFile four = WeightFile.Open(OpenForms.Moved(Bytes, 4));
        Assert.All(file.Tensors, t => Assert.Equal(readsAnywhere, t.IsZeroCopy));
        Assert.All(four.Tensors, t => Assert.True(t.IsZeroCopy));
        Assert.All(file.Tensors.Zip(four.Tensors), pair => Assert.Equal(pair.Second.Read().Values.ToArray(), pair.First.Read().Values.ToArray()));
    }

    [Fact]
    public unsafe void Values_in_the_callers_bytes_can_be_pinned()
    {
        using WeightFile file = WeightFile.Open(Bytes);
        Tensor tensor = file.Tensors[0].Read();
        using MemoryHandle handle = tensor.Memory[1..].Pin();
        GC.Collect();
        Assert.Equal(tensor.Values[1], *(float*)handle.Pointer);
        Assert.Equal(tensor.Values[^1], ((float*)handle.Pointer)[tensor.Values.Length - 2]);
    }

    [Fact]
    public void Values_of_disposed_bytes_throw()
    {
        Model model = ModelFile.Open(Bytes);
        Tensor tensor = model.Parameters["fc.weight"];
        Assert.True(float.IsFinite(tensor.Values[0]));
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Values[0]);
        Assert.Throws<ObjectDisposedException>(() => tensor.Memory.Pin());
    }

    [Fact]
    public void Copied_weights_and_streams_do_not_need_the_bytes()
    {
        byte[] bytes = Bytes;
        using Model expected = ModelFile.Open(Bytes);
        using Model copied = ModelFile.Open(bytes, new ModelFileOptions { CopyWeights = true });
        using Model read = ModelFile.Read(bytes, "read");
        using MemoryStream stream = new(bytes);
        using Model streamed = ModelFile.Open(stream);
        Array.Clear(bytes);
        foreach (Model model in (Model[])[copied, read, streamed])
        {
            Bits.AssertSame(expected.Parameters["fc.weight"].Values, model.Parameters["fc.weight"].Values, "fc.weight");
        }
    }

    [Fact]
    public void A_stream_is_read_to_its_end_and_left_open()
    {
        using ScriptedStream stream = new(Bytes) { MostARead = 1000 };
        ModelFile.Open(stream).Dispose();
        Assert.Equal(Bytes.Length, stream.Given);
        Assert.False(stream.IsClosed);
    }

    [Fact]
    public void A_stream_without_an_end_is_refused_at_the_limit()
    {
        using ScriptedStream stream = new(Bytes) { IsEndless = true };
        long before = GC.GetAllocatedBytesForCurrentThread();
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(stream, new ModelFileOptions { MaxStreamBytes = Megabyte }, "endless"));
        Assert.Equal("endless: the stream has more than 1048576 bytes, the most that are read", exception.Message);
        Assert.Contains("MaxStreamBytes", exception.Hint, StringComparison.Ordinal);
        Assert.Equal(Megabyte + 1, stream.Given);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * Megabyte);
    }

    [Fact]
    public void The_limit_unless_set_is_the_longest_array()
    {
        Assert.Equal(ModelFileOptions.DefaultMaxStreamBytes, Array.MaxLength);
        using ScriptedStream stream = new([]) { SaidLength = 1L << 31, IsEndless = true };
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => ModelFile.Open(stream, new ModelFileOptions { MaxStreamBytes = long.MaxValue }));
        Assert.StartsWith("(stream): the stream has more than 2147483591 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("to a file", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_fails_is_the_cause()
    {
        IOException failure = new("connection reset");
        using ScriptedStream stream = new(Bytes[..5000]) { Failure = failure };
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Open(stream, name: "upload"));
        Assert.Equal("upload: cannot be read: connection reset", exception.Message);
        Assert.Equal(("upload", failure), (exception.File, exception.InnerException));
        Assert.False(stream.IsClosed);
    }

    [Fact]
    public void A_compressed_stream_is_read_and_its_damage_named()
    {
        using MemoryStream compressed = new();
        using (GZipStream packing = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            packing.Write(Bytes);
        }

        byte[] packed = compressed.ToArray();
        using Model model = ModelFile.Open(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        Checkpoints.AssertLogits("zip.pth", model);
        packed[0] ^= 0xFF;
        CudaNetException exception = Assert.Throws<CudaNetException>(() => ModelFile.Open(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)));
        Assert.IsType<InvalidDataException>(exception.InnerException);
    }
}
