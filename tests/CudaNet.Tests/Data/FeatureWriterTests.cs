using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

public sealed class FeatureWriterTests : IDisposable
{
    private static readonly FeatureArray[] Arrays = [new("predictions", new TensorShape(1, 5)), new("layer1.0.act2", new TensorShape(1, 2, 3, 4))];
    private static readonly string[] Files = ["a.jpg", "föhn/b.png", "𝒳.webp"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Batches_of_any_size_end_in_one_archive()
    {
        string path = _folder.File("features.npz");
        WriteAll(path);
        IReadOnlyDictionary<string, NpyArray> read = NpyArray.ReadArchive(path);
        Assert.Equal(["predictions", "layer1.0.act2", "files"], read.Keys);
        Assert.Equal([3, 5], read["predictions"].Shape);
        Assert.Equal([3, 2, 3, 4], read["layer1.0.act2"].Shape);
        Assert.Equal(Values(15), read["predictions"].ToFloats());
        Assert.Equal(Values(72), read["layer1.0.act2"].ToFloats());
        Assert.Equal(["features.npz"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void NumPy_reads_it()
    {
        Python.Require("numpy");
        string path = _folder.File("features.npz");
        WriteAll(path);
        string printed = Python.Evaluate(
            """
            import sys, zipfile, numpy
            assert zipfile.ZipFile(sys.argv[1]).testzip() is None
            z = numpy.load(sys.argv[1])
            for name in z.files:
                print(name, z[name].dtype, z[name].shape)
            assert (z['predictions'].ravel() == numpy.arange(15)).all()
            assert (z['layer1.0.act2'].ravel() == numpy.arange(72)).all()
            print(ascii(list(z['files'])))
            """,
            path);
        Assert.Equal(
            "predictions float32 (3, 5)\nlayer1.0.act2 float32 (3, 2, 3, 4)\nfiles <U10 (3,)\n['a.jpg', 'f\\xf6hn/b.png', '\\U0001d4b3.webp']\n",
            printed);
    }

    [Fact]
    public void A_single_array_can_be_a_npy()
    {
        Python.Require("numpy");
        string path = _folder.File("predictions.npy");
        using (FeatureWriter writer = new(path, Files, Arrays[..1]))
        {
            writer.Append("predictions", Values(15));
            writer.Complete();
        }

        Assert.Equal(Values(15), NpyArray.Read(path).ToFloats());
        Assert.Equal("(3, 5) float32\n", Python.Evaluate("import sys, numpy; a = numpy.load(sys.argv[1], mmap_mode='r'); print(a.shape, a.dtype)", path));
    }

    [Fact]
    public void No_images_make_empty_arrays()
    {
        Python.Require("numpy");
        string path = _folder.File("none.npz");
        using (FeatureWriter writer = new(path, [], Arrays))
        {
            writer.Complete();
        }

        Assert.Equal("(0, 5) (0, 2, 3, 4) (0,)\n", Python.Evaluate("import sys, numpy; z = numpy.load(sys.argv[1]); print(*(z[n].shape for n in z.files))", path));
    }

    [Fact]
    public void Equal_results_are_equal_files()
    {
        WriteAll(_folder.File("1.npz"));
        WriteAll(_folder.File("2.npz"));
        Assert.Equal(File.ReadAllBytes(_folder.File("1.npz")), File.ReadAllBytes(_folder.File("2.npz")));
    }

    [Fact]
    public void Without_Complete_nothing_is_left_and_the_old_file_stays()
    {
        string path = _folder.File("features.npz");
        File.WriteAllText(path, "old");
        using (FeatureWriter writer = new(path, Files, Arrays))
        {
            writer.Append("predictions", Values(15));
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Complete_refuses_missing_images()
    {
        string path = _folder.File("features.npz");
        using (FeatureWriter writer = new(path, Files, Arrays))
        {
            writer.Append("predictions", Values(15));
            writer.Append("layer1.0.act2", Values(48));
            CudaNetException exception = Assert.Throws<CudaNetException>(writer.Complete);
            Assert.Contains("layer1.0.act2", exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    /// <summary>The disk fills after each number of bytes in turn: in headers, data, directory and the last flush.</summary>
    [Fact]
    public void A_full_disk_leaves_nothing_behind()
    {
        WriteAll(_folder.File("whole.npz"));
        long length = new FileInfo(_folder.File("whole.npz")).Length;
        File.Delete(_folder.File("whole.npz"));
        for (long room = 0; room < length; room += 13)
        {
            CudaNetException exception = Assert.Throws<CudaNetException>(() => WriteAll(_folder.File("features.npz"), stream => new FullDiskStream(stream, room)));
            Assert.Equal(_folder.File("features.npz"), exception.File);
            Assert.Contains("No space left", exception.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(_folder.Path));
        }

        WriteAll(_folder.File("features.npz"), stream => new FullDiskStream(stream, length));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using FeatureWriter writer = new(_folder.File("features.npz"), Files, Arrays);
        Assert.Contains("no array", Assert.Throws<CudaNetException>(() => writer.Append("fc", Values(5))).Message, StringComparison.Ordinal);
        Assert.Throws<CudaNetException>(() => writer.Append("predictions", Values(4)));
        Assert.Throws<CudaNetException>(() => writer.Append("predictions", Values(20)));
        writer.Append("predictions", Values(15));
        Assert.Throws<CudaNetException>(() => writer.Append("predictions", Values(5)));
    }

    [Fact]
    public void A_writer_that_is_done_says_so()
    {
        FeatureWriter complete = new(_folder.File("complete.npy"), Files, Arrays[..1]);
        complete.Append("predictions", Values(15));
        complete.Complete();
        AssertClosed(complete, "is complete");

        FeatureWriter failed = new(_folder.File("failed.npy"), Files, Arrays[..1], stream => new FullDiskStream(stream, 140));
        Assert.Throws<CudaNetException>(() => failed.Append("predictions", Values(15)));
        AssertClosed(failed, "could not be written");

        FeatureWriter abandoned = new(_folder.File("abandoned.npy"), Files, Arrays[..1]);
        abandoned.Dispose();
        AssertClosed(abandoned, "was given up");
        Assert.Equal(["complete.npy"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_destination_that_cannot_be_is_refused_at_the_start()
    {
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("features.csv"), Files, Arrays));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("features.npy"), Files, Arrays));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("no/features.npz"), Files, Arrays));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("f.npz"), Files, [Arrays[0], Arrays[0]]));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("f.npz"), Files, [new FeatureArray("files", new TensorShape(1, 2))]));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("f.npz"), Files, [new FeatureArray("metadata", new TensorShape(1, 2))]));
        Directory.CreateDirectory(_folder.File("folder.npz"));
        Assert.Throws<CudaNetException>(() => new FeatureWriter(_folder.File("folder.npz"), Files, Arrays));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Scalars_and_more_than_63_bits_are_refused_by_name()
    {
        string path = _folder.File("f.npz");
        FeatureArray[] wrong = [new("scalar", new TensorShape()), new("huge", new TensorShape(1, int.MaxValue, int.MaxValue)), new("large", new TensorShape(1, int.MaxValue, 1 << 30))];
        foreach (FeatureArray array in wrong)
        {
            CudaNetException exception = Assert.Throws<CudaNetException>(() => new FeatureWriter(path, Files, [Arrays[0], array]));
            Assert.Equal(path, exception.File);
            Assert.Contains($"'{array.Name}'", exception.Message, StringComparison.Ordinal);
        }

        FeatureArray[] together = [.. Enumerable.Range(0, 4).Select(i => new FeatureArray($"part{i}", new TensorShape(1, int.MaxValue, 1 << 28)))];
        Assert.Contains("'part1'", Assert.Throws<CudaNetException>(() => new FeatureWriter(path, Files, together)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static void AssertClosed(FeatureWriter writer, string reason)
    {
        Action[] uses = [() => writer.Append("predictions", Values(5)), writer.Complete];
        Assert.All(uses, use => Assert.Contains(reason, Assert.Throws<InvalidOperationException>(use).Message, StringComparison.Ordinal));
        writer.Dispose();
    }

    private static void WriteAll(string path, Func<Stream, Stream>? decorate = null)
    {
        using FeatureWriter writer = new(path, Files, Arrays, decorate ?? (stream => stream));
        float[] predictions = Values(15), features = Values(72);
        writer.Append("predictions", predictions.AsSpan(0, 10));
        writer.Append("layer1.0.act2", features.AsSpan(0, 48));
        writer.Append("layer1.0.act2", features.AsSpan(48));
        writer.Append("predictions", predictions.AsSpan(10));
        writer.Complete();
    }

    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];
}
