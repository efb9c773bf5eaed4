using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Native;

/// <summary>Where libraries are found, and what is told of those that cannot be used.</summary>
public sealed class LoaderTests
{
    private const string None = "cannot open shared object file: No such file or directory";

    [Fact]
    public void A_machine_without_libraries_gets_the_loaders_words_and_a_remedy()
    {
        using FakeLibraries files = new();
        LibraryReport[] reports = [.. Load(files).Reports];
        Assert.Equal(["driver", "cuBLAS", "cublasLt", "cuDNN"], reports.Select(r => r.Library));
        Assert.Equal(["libcuda.so.1", "libcublas.so.13", "libcublasLt.so.13", "libcudnn.so.9"], reports.Select(r => r.WhyNot!.Split(": ")[0]));
        Assert.All(reports, r => Assert.EndsWith(None, r.WhyNot, StringComparison.Ordinal));
        Assert.All(reports, r => Assert.NotNull(r.Remedy));
    }

    [Fact]
    public void A_driver_is_found_in_its_own_folders_where_the_loaders_path_has_none()
    {
        using FakeLibraries files = new();
        string path = files.Driver("usr/lib64/libcuda.so.1");
        LibrarySet set = Load(files);
        Assert.NotNull(set.Driver);
        Assert.Equal(new LibraryReport("driver", path, "CUDA 13.0"), set.Reports[0]);
    }

    [Fact]
    public void A_driver_in_a_named_folder_is_taken_before_all_others()
    {
        using FakeLibraries files = new();
        files.Driver("usr/lib64/libcuda.so.1");
        string path = files.Driver("mine/libcuda.so.1", version: 12080);
        Assert.Equal(new LibraryReport("driver", path, "CUDA 12.8"), Load(files, ("CUDANET_CUDA_PATH", files.Path("mine"))).Reports[0]);
    }

    [Fact]
    public void The_toolkits_stub_is_recognised()
    {
        using FakeLibraries files = new();
        files.Driver("usr/lib64/libcuda.so.1", answer: 34, version: 0);
        LibrarySet set = Load(files);
        Assert.Null(set.Driver);
        Assert.Contains("CUDA_ERROR_STUB_LIBRARY (34)", set.Reports[0].WhyNot, StringComparison.Ordinal);
        Assert.Contains("stub", set.Reports[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_drivers_name_without_a_version_is_never_loaded()
    {
        using FakeLibraries files = new();
        files.Driver("usr/lib64/libcuda.so");
        files.Driver("usr/lib64/stubs/libcuda.so");
        Assert.Equal($"libcuda.so.1: {None}", Load(files).Reports[0].WhyNot);
    }

    [Fact]
    public void A_driver_without_a_device_is_told_from_no_driver()
    {
        using FakeLibraries files = new();
        string path = files.Driver("usr/lib64/libcuda.so.1", answer: 100);
        LibraryReport report = Load(files).Reports[0];
        Assert.Equal((path, "CUDA 13.0", "cuInit answered CUDA_ERROR_NO_DEVICE (100)"), (report.Path, report.Version, report.WhyNot));
    }

    [Theory]
    [InlineData("", "file too short")]
    [InlineData("this is a text and no library, long enough for a header of sixty-four bytes", "invalid ELF header")]
    public void A_file_that_is_no_library_is_named_in_the_loaders_words(string content, string reason)
    {
        using FakeLibraries files = new();
        string driver = files.Write("usr/lib64/libcuda.so.1", content);
        string lt = files.Write("usr/local/cuda/lib64/libcublasLt.so.13", content);
        IReadOnlyList<LibraryReport> reports = Load(files).Reports;
        Assert.Equal($"{driver}: {reason}", reports[0].WhyNot);
        Assert.Equal($"{lt}: {reason}", reports[2].WhyNot);
    }

    [Fact]
    public void A_library_that_lacks_functions_is_told_with_their_names()
    {
        using FakeLibraries files = new();
        files.Compile("usr/lib64/libcuda.so.1", "int cuInit() { return 0; }");
        LibraryReport report = Load(files).Reports[0];
        Assert.Contains("does not export", report.WhyNot, StringComparison.Ordinal);
        Assert.Contains("cuMemAlloc_v2", report.WhyNot, StringComparison.Ordinal);
        Assert.DoesNotContain("cuInit,", report.WhyNot, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usr/local/cuda-12.9/lib64", 12, null)]
    [InlineData("usr/local/cuda-13.0/targets/x86_64-linux/lib", 13, null)]
    [InlineData("opt/toolkit/lib64", 13, "CUDA_HOME=opt/toolkit")]
    [InlineData("venv/lib/python3.12/site-packages/nvidia/cublas/lib", 12, "VIRTUAL_ENV=venv")]
    [InlineData("venv/lib/python3.12/site-packages/nvidia/cu13/lib", 13, "VIRTUAL_ENV=venv")]
    [InlineData("usr/lib/python3/dist-packages/nvidia/cublas/lib", 12, null)]
    [InlineData("python/lib/python3.11/site-packages/nvidia/cublas/lib", 12, "PATH=python/bin")]
    [InlineData("conda/lib", 12, "CONDA_PREFIX=conda")]
    [InlineData("torch/nvidia/cublas/lib", 12, "CUDANET_CUDA_PATH=torch")]
    [InlineData("plain", 13, "CUDANET_CUDA_PATH=plain")]
    public void Cublas_is_found_where_toolkits_and_wheels_put_it(string folder, int cuda, string? variable)
    {
        using FakeLibraries files = new();
        files.Driver("usr/lib64/libcuda.so.1");
        files.Write("python/bin/python3", "");
        files.Cublas(folder, cuda);
        string[] assignment = variable?.Split('=') ?? ["", ""];
        LibrarySet set = Load(files, (assignment[0], files.Path(assignment[1])));
        Assert.Equal(new LibraryReport("cuBLAS", files.Path($"{folder}/libcublas.so.{cuda}"), $"{cuda}.1.2"), set.Reports[1]);
        Assert.Equal(new LibraryReport("cublasLt", files.Path($"{folder}/libcublasLt.so.{cuda}"), $"{cuda}.1.2"), set.Reports[2]);
    }

    [Fact]
    public void Cublas_is_not_newer_than_the_driver()
    {
        using FakeLibraries files = new();
        files.Driver("usr/lib64/libcuda.so.1", version: 12040);
        files.Cublas("usr/local/cuda-13.0/lib64", 13);
        files.Cublas("usr/local/cuda-12.4/lib64", 12);
        Assert.Equal(files.Path("usr/local/cuda-12.4/lib64/libcublas.so.12"), Load(files).Reports[1].Path);
    }

    [Fact]
    public void The_newest_toolkit_is_taken_by_number_and_not_by_letters()
    {
        using FakeLibraries files = new();
        files.Cublas("usr/local/cuda-12.9/lib64", 12);
        files.Cublas("usr/local/cuda-12.10/lib64", 12);
        Assert.Contains("cuda-12.10", Load(files).Reports[1].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Cublas_without_cublasLt_beside_it_says_what_it_needs()
    {
        using FakeLibraries files = new();
        string path = files.Compile("usr/local/cuda/lib64/libcublas.so.13", "int cublas;");
        LibraryReport report = Load(files).Reports[1];
        Assert.Equal((path, $"it needs cublasLt: libcublasLt.so.13: {None}"), (report.Path, report.WhyNot));
    }

    internal static LibrarySet Load(FakeLibraries files, params (string Name, string Value)[] variables) => LibraryLoading.Load(
        new LibraryHost(new PathsOnly(new PosixLoader()), n => variables.FirstOrDefault(v => v.Name == n).Value, IsWindows: false, files.Root.TrimEnd('/')), new CudaLibraryOptions());

    /// <summary>A loader whose own path is empty, whatever this machine has.</summary>
    private sealed class PathsOnly(INativeLoader loader) : INativeLoader
    {
        public nint Open(string file, out string error)
        {
            if (Path.IsPathFullyQualified(file))
            {
                return loader.Open(file, out error);
            }

            error = $"{file}: {None}";
            return 0;
        }

        public nint Find(nint library, string export) => loader.Find(library, export);

        public string? FileOf(nint address) => loader.FileOf(address);
    }
}
