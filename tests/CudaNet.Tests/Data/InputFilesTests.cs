using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Data;

public sealed class InputFilesTests
{
    [Fact]
    public void A_folder_comes_in_ordinal_order_of_relative_paths()
    {
        using TemporaryFolder folder = new();
        string[] images = ["B.jpg", "a.PNG", "a/10.jpeg", "a/2.webp", "ä.gif"];
        foreach (string name in (string[])[.. images, "notes.txt", ".hidden.jpg", ".thumbnails/1.jpg", "train.csv"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            File.WriteAllText(folder.File(name), "");
        }

        InputFiles found = InputFiles.Expand([folder.Path]);
        Assert.Equal(["B.jpg", "a.PNG", "a/10.jpeg", "a/2.webp", "ä.gif"], found.Files.Select(f => f.Name));
        Assert.Equal(images.Select(folder.File), found.Files.Select(f => f.Path));
        Assert.Equal(3, found.IgnoredCount);
    }

    [Fact]
    public void Files_keep_the_order_and_the_names_given()
    {
        using TemporaryFolder folder = new();
        string[] paths = [folder.File("z.dat"), folder.File("a.npy")];
        Array.ForEach(paths, path => File.WriteAllText(path, ""));
        InputFiles found = InputFiles.Expand(paths);
        Assert.Equal(paths, found.Files.Select(f => f.Name));
        Assert.Equal([false, true], found.Files.Select(f => f.IsTensor));
    }

    [Fact]
    public void Names_that_would_collide_become_paths()
    {
        using TemporaryFolder folder = new();
        string[] paths = [folder.File("train/1.jpg"), folder.File("test/1.jpg")];
        foreach (string path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }

        Assert.Equal(paths, InputFiles.Expand([folder.File("train"), folder.File("test")]).Files.Select(f => f.Name));
    }

    [Fact]
    public void A_linked_folder_is_not_entered()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("1.jpg"), "");
        Directory.CreateSymbolicLink(folder.File("loop"), folder.Path);
        Assert.Equal(["1.jpg"], InputFiles.Expand([folder.Path]).Files.Select(f => f.Name));
    }

    [Fact]
    public void A_missing_path_and_a_folder_without_images_are_named()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(folder.File("no"), Assert.Throws<CudaNetException>(() => InputFiles.Expand([folder.File("no")])).File);
        Assert.Contains("no images", Assert.Throws<CudaNetException>(() => InputFiles.Expand([folder.Path])).Message, StringComparison.Ordinal);
    }
}
