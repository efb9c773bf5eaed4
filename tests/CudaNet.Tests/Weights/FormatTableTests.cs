using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>The one table of weight formats: every row recognises its sample, reads it or says what to do, and is in the documents and the fuzzers' corpus.</summary>
public sealed class FormatTableTests
{
    public static TheoryData<string> Rows => [.. FileFormats.All.Select(f => f.Name)];

    public static TheoryData<string> FolderRows => ["TensorFlow's SavedModel", "Core ML packages", "PyTorch's distributed checkpoints"];

    public static TheoryData<string> ReadRows => [.. FileFormats.Read.Where(f => f.Format is not null).Select(f => f.Name)];

    [Fact]
    public void Every_row_has_a_sample_and_every_sample_a_row() =>
        Assert.Equal(FormatSamples.All.Keys.Order(StringComparer.Ordinal), FileFormats.All.Select(f => f.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_sample_is_recognised_by_its_row_and_read_or_refused_as_that_says(string name)
    {
        using TemporaryFolder folder = new();
        FileFormat row = FileFormats.All.Single(f => f.Name == name);
        string path = FormatSamples.All[name](folder);
        List<FileBytes> opened = [];
        FileFormat recognised = FileFormats.Recognise(FormatSource.At(path, null, opened));
        opened.ForEach(f => f.Dispose());
        Assert.Equal(name, recognised.Name);
        if (row is ReadFormat read)
        {
            using WeightFile file = WeightFile.Open(path);
            Assert.NotEmpty(file.Tensors);
            Assert.Equal(read.Format ?? WeightFormat.Safetensors, file.Format);
            AssertChoice(read, path);
            return;
        }

        RefusedFormat refused = Assert.IsType<RefusedFormat>(row);
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => WeightFile.Open(path));
        Assert.Equal((path, refused.Remedy), (exception.File, exception.Hint));
        Assert.Contains($"looks like {refused.What}", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>What other tools leave beside weights does not hide them, and says nothing alone.</summary>
    [Theory]
    [MemberData(nameof(FolderRows))]
    public void Weights_in_a_folder_are_read_whatever_lies_beside_them(string name)
    {
        using TemporaryFolder folder = new();
        string path = FormatSamples.All[name](folder);
        FormatSamples.All["folders"](folder);
        using WeightFile file = WeightFile.Open(path);
        Assert.Equal(WeightFormat.Safetensors, file.Format);
        Assert.NotEmpty(FolderReader.FilesOf(path));
    }

    [Theory]
    [InlineData(".metadata")]
    [InlineData("Manifest.json")]
    [InlineData("a.distcp")]
    [InlineData("readme.md")]
    public void A_folder_without_weights_is_told_by_more_than_one_common_name(string file)
    {
        using TemporaryFolder folder = new();
        folder.Write(file, [1]);
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => WeightFile.Open(folder.Path));
        Assert.Contains("no weight file under a usual name", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A file in memory has the same row as the file on disk; what leads to other files says that it has no folder.</summary>
    [Theory]
    [MemberData(nameof(ReadRows))]
    public void A_sample_in_memory_is_the_same(string name)
    {
        using TemporaryFolder folder = new();
        ReadFormat row = FileFormats.Read.Single(f => f.Name == name);
        byte[] bytes = File.ReadAllBytes(FormatSamples.All[name](folder));
        if (row.LeadsToOthers)
        {
            Assert.Contains("no folder", Assert.Throws<WeightFormatException>(() => WeightFile.Open(bytes)).Message, StringComparison.Ordinal);
            return;
        }

        using WeightFile file = WeightFile.Open(bytes);
        Assert.Equal(row.Format, file.Format);
    }

    [Fact]
    public void Every_format_that_a_file_can_say_is_the_one_of_one_row() =>
        Assert.Equal(Enum.GetValues<WeightFormat>(), FileFormats.Read.Select(f => f.Format).OfType<WeightFormat>().Order());

    [Fact]
    public void A_row_is_read_or_refused() =>
        Assert.Equal([typeof(ReadFormat), typeof(RefusedFormat)], typeof(FileFormat).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(FileFormat))).OrderBy(t => t.Name, StringComparer.Ordinal));

    [Fact]
    public void What_no_row_knows_is_refused_with_what_is_read()
    {
        WeightFormatException exception = Assert.Throws<WeightFormatException>(() => WeightFile.Open(new byte[] { 0x42, 0x17, 0xFE, 0 }, name: "file"));
        Assert.Contains("no known kind (it starts with 4217FE00)", exception.Message, StringComparison.Ordinal);
        Assert.All(FileFormats.Read.Where(f => f.Format is not null), f => Assert.Contains(f.Name, exception.Hint, StringComparison.Ordinal));
    }

    [Fact]
    public void The_tables_in_the_documents_are_the_table()
    {
        string[] lines = File.ReadAllLines(Repository.File("docs/weights.md"));
        Assert.Equal(WeightFormats.All.Where(f => f.IsRead).Select(f => $"| {f.Name} | {f.Description} |"), Table("| read | how |"));
        Assert.Equal(WeightFormats.All.Where(f => !f.IsRead).Select(f => $"| {f.Name} | {f.Description} |"), Table("| refused by name | what to do |"));
        Assert.Contains($"Usual names in a folder, in this order: {string.Join(", ", FolderReader.UsualNames.Select(n => $"`{n}`"))}.", lines);

        string[] Table(string head) => [.. lines.SkipWhile(l => l != head).Skip(2).TakeWhile(l => l.StartsWith('|'))];
    }

    [Theory]
    [MemberData(nameof(ReadRows))]
    public void The_fuzzers_start_from_files_of_every_format_that_is_read(string name)
    {
        ReadFormat row = FileFormats.Read.Single(f => f.Name == name);
        string folder = Repository.File($"fuzz/corpus/{row.Format}");
        Assert.True(Directory.Exists(folder), $"{folder} should have small valid files: fuzz/make_corpus.py");
        Assert.NotEmpty(Directory.GetFiles(folder));
        foreach (string path in Directory.GetFiles(folder))
        {
            List<FileBytes> opened = [];
            Assert.Equal((path, name), (path, FileFormats.Recognise(FormatSource.At(path, null, opened)).Name));
            opened.ForEach(f => f.Dispose());
        }
    }

    [Theory]
    [InlineData("080712020A00", "Core ML")]
    [InlineData("08041200", "Core ML")]
    [InlineData("0804128A010A", "Core ML")]
    [InlineData("08071200", "Core ML")]
    [InlineData("080712001A00", "ONNX")]
    [InlineData("08071207", "ONNX")]
    [InlineData("08083A", "ONNX")]
    public void Core_ML_and_ONNX_start_alike_and_are_told_apart(string hex, string what) =>
        Assert.Contains(what, Assert.Throws<WeightFormatException>(() => WeightFile.Open(Convert.FromHexString(hex))).Message, StringComparison.Ordinal);

    private static void AssertChoice(ReadFormat row, string path)
    {
        CudaNetException exception = Assert.ThrowsAny<CudaNetException>(() => WeightFile.Open(path, "no such entry"));
        Assert.Contains(row.HasEntries && row.Format is not null ? "has no entry 'no such entry'" : "no entry 'no such entry' to choose", exception.Message, StringComparison.Ordinal);
    }
}
