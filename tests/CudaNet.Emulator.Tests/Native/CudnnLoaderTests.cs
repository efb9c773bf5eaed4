using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Native;

/// <summary>Nothing of a cuDNN that is not whole is ever called: the main files here abort the process as the real ones do.</summary>
public sealed class CudnnLoaderTests
{
    private const string Folder = "usr/local/cuda/lib64";

    [Theory]
    [InlineData(91900, 13, "9.19.0")]
    [InlineData(90100, 12, "9.1.0")]
    [InlineData(8907, 12, "8.9.7")]
    public void A_whole_set_is_taken(int version, int cuda, string text)
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, cuda);
        string path = files.Cudnn(Folder, version, cuda);
        Parts(files, version);
        LibrarySet set = LoaderTests.Load(files);
        Assert.Equal(new LibraryReport("cuDNN", path, text), set.Reports[3]);
        Assert.NotNull(set.Cudnn);
    }

    [Theory]
    [InlineData(91900, "libcudnn_ops.so.9")]
    [InlineData(91900, "libcudnn_graph.so.9")]
    [InlineData(91900, "libcudnn_cnn.so.9")]
    [InlineData(8907, "libcudnn_ops_infer.so.8")]
    [InlineData(8907, "libcudnn_cnn_infer.so.8")]
    public void A_set_without_a_part_is_never_called(int version, string missing)
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        string path = files.Cudnn(Folder, version, 12, aborts: true);
        Parts(files, version);
        File.Delete(files.Path($"{Folder}/{missing}"));
        LibrarySet set = LoaderTests.Load(files);
        Assert.Null(set.Cudnn);
        Assert.Equal((path, $"cuDNN is incomplete: {missing} not in {files.Path(Folder)}"), (set.Reports[3].Path, set.Reports[3].WhyNot));
    }

    [Fact]
    public void A_part_that_does_not_load_is_told_in_the_loaders_words()
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        files.Cudnn(Folder, 91900, 12, aborts: true);
        Parts(files, 91900);
        string ops = files.Write($"{Folder}/libcudnn_ops.so.9", "");
        Assert.Equal($"cuDNN is incomplete: {ops}: file too short", LoaderTests.Load(files).Reports[3].WhyNot);
    }

    [Fact]
    public void A_part_that_is_not_needed_may_fail()
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        files.Cudnn(Folder, 92800, 12);
        Parts(files, 92800);
        files.Write($"{Folder}/libcudnn_engines_runtime_compiled.so.9", "");
        Assert.Null(LoaderTests.Load(files).Reports[3].WhyNot);
    }

    [Fact]
    public void An_incomplete_set_does_not_hide_a_whole_one()
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        files.Cudnn("first", 91900, 12, aborts: true);
        string whole = files.Cudnn(Folder, 91000, 12);
        Parts(files, 91000);
        Assert.Equal(whole, LoaderTests.Load(files, ("CUDANET_CUDA_PATH", files.Path("first"))).Reports[3].Path);
    }

    [Fact]
    public void Parts_of_different_versions_are_told()
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        files.Cudnn(Folder, 91900, 12, checks: "return 1002;");
        Parts(files, 91900);
        LibrarySet set = LoaderTests.Load(files);
        Assert.Null(set.Cudnn);
        Assert.Equal("cuDNN is mixed: cudnnOpsVersionCheck answered CUDNN_STATUS_VERSION_MISMATCH (1002)", set.Reports[3].WhyNot);
    }

    [Fact]
    public void A_whole_set_of_another_version_behind_the_main_file_is_told()
    {
        using FakeLibraries files = new();
        files.Cublas(Folder, 12);
        string path = files.Cudnn(Folder, 91000, 12);
        Parts(files, 91000);
        File.Move(path, path + ".19.0");
        File.CreateSymbolicLink(path, path + ".19.0");
        Assert.StartsWith("cuDNN is mixed: the file is of version 9.19.0, the libraries behind it of 9.10.0", LoaderTests.Load(files).Reports[3].WhyNot, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, 13, "it was built for CUDA 13, and the cuBLAS found is of CUDA 12")]
    [InlineData(13, 12, "it was built for CUDA 12, and the cuBLAS found is of CUDA 13")]
    [InlineData(0, 12, "it needs cuBLAS of CUDA 12, which is not loaded")]
    public void A_set_for_another_version_of_cuda_is_told(int cublas, int cudnn, string reason)
    {
        using FakeLibraries files = new();
        if (cublas != 0)
        {
            files.Cublas(Folder, cublas);
        }

        files.Cudnn(Folder, 91900, cudnn);
        Parts(files, 91900);
        Assert.Equal(reason, LoaderTests.Load(files).Reports[3].WhyNot);
    }

    private static void Parts(FakeLibraries files, int version)
    {
        if (version >= 10000)
        {
            files.CudnnParts(Folder, 9, "graph", "ops", "cnn", "heuristic");
        }
        else
        {
            files.CudnnParts(Folder, 8, "ops_infer", "cnn_infer");
        }
    }
}
