using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>Every reader of the project, given what is no regular file, refuses it without waiting for it.</summary>
public sealed class RegularFileTests : IDisposable
{
    private static readonly Dictionary<string, Action<string>> Readers = new()
    {
        ["weights"] = path => WeightFile.Open(path).Dispose(),
        ["model"] = path => ModelFile.Open(path).Dispose(),
        ["shards.index.json"] = path => WeightFile.Open(path).Dispose(),
        ["image.jpg"] = path => ImageDecoder.Decode(path),
        ["tensor.npy"] = path => NpyReader.Read(path),
        ["shape.npy"] = path => NpyReader.ReadShape(path),
        ["labels.txt"] = path => LabelFile.Read(path),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> ReadersAndKinds => [.. Readers.Keys.SelectMany(r => SpecialFiles.Kinds.Keys.Select(k => (r, k)))];

    public static TheoryData<string> ReaderNames => [.. Readers.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(ReadersAndKinds))]
    public async Task What_has_no_end_is_refused_by_name(string reader, string kind)
    {
        string path = SpecialFiles.Make(_folder, kind, reader);
        CudaNetException exception = await Refusal(reader, path);
        Assert.Equal(path, exception.File);
        Assert.Contains(SpecialFiles.Kinds[kind], exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ReaderNames))]
    public async Task A_folder_a_missing_and_an_empty_file_are_named(string reader)
    {
        Assert.Contains("folder", (await Refusal(reader, _folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", (await Refusal(reader, _folder.File("no"))).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", (await Refusal(reader, _folder.File("no/where"))).Message, StringComparison.Ordinal);
        Assert.Equal("zero\0", (await Refusal(reader, "zero\0")).File);
        Assert.Equal(_folder.File("empty"), (await Refusal(reader, _folder.Write("empty", []))).File);
    }

    /// <summary>The length that counts is the file's, not the link's.</summary>
    [Fact]
    public void A_link_to_a_file_is_read_as_the_file()
    {
        string image = _folder.File("link.png"), labels = _folder.File("link.txt");
        File.CreateSymbolicLink(image, Repository.Data("formats/rgb.png"));
        File.CreateSymbolicLink(labels, _folder.Write("labels.txt", "a\nb\n"u8));
        Assert.Equal(97, ImageDecoder.Decode(image).Width);
        Assert.Equal(["a", "b"], LabelFile.Read(labels));
    }

    [Fact]
    public void A_file_without_a_length_is_an_empty_file()
    {
        Assert.SkipUnless(File.Exists("/proc/self/status"), "needs /proc");
        Assert.Equal(0, RegularFile.Read("/proc/self/status", file => file.Length));
    }

    /// <summary>On a thread of its own, so that one that waits for ever fails the test.</summary>
    private static async Task<CudaNetException> Refusal(string reader, string path) =>
        await Assert.ThrowsAnyAsync<CudaNetException>(() => Task.Run(() => Readers[reader](path)).WaitAsync(TimeSpan.FromMinutes(1)));
}
