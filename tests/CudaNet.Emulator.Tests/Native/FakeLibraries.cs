using System.Diagnostics;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Native;

/// <summary>
/// Small shared libraries with the exports of NVIDIA's, compiled by gcc, in a folder of their own. None has a soname: each is loaded as the file it is, whatever
/// another test has loaded.
/// </summary>
internal sealed class FakeLibraries : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FakeLibraries()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/gcc"))
        {
            Assert.Skip("the fake libraries are ELF files, and gcc is not here to make them");
        }
    }

    public string Root => _folder.File("");

    public string Path(string file) => _folder.File(file);

    /// <summary>Compiles a library.</summary>
    /// <param name="file">Its path under <see cref="Root"/>.</param>
    /// <param name="source">C.</param>
    public string Compile(string file, string source)
    {
        string path = Write(file, "");
        string code = Write(file + ".c", source);
        using Process gcc = Process.Start(new ProcessStartInfo("/usr/bin/gcc", ["-shared", "-fPIC", "-w", "-o", path, code]) { RedirectStandardError = true })!;
        string errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        File.Delete(code);
        Assert.True(gcc.ExitCode == 0, errors);
        return path;
    }

    public string Write(string file, string text)
    {
        string path = Path(file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A driver whose every function answers the same.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="answer">What all but the version answer.</param>
    /// <param name="version">What it says to support; 0 where that too only gives the answer, as a stub's does.</param>
    public string Driver(string file, int answer = 0, int version = 13000) => Compile(
        file,
        $"int cuDriverGetVersion(int* p) {{ {(version == 0 ? $"return {answer};" : $"*p = {version}; return 0;")} }}\n"
        + Functions(typeof(DriverApi), $"return {answer};", nameof(DriverApi.cuDriverGetVersion)));

    /// <summary>cuBLAS and cublasLt of a version of CUDA.</summary>
    public void Cublas(string folder, int cuda)
    {
        Compile(
            $"{folder}/libcublasLt.so.{cuda}",
            $"unsigned long cublasLtGetVersion() {{ return {cuda}0102; }} unsigned long cublasLtGetCudartVersion() {{ return {cuda}000; }}\n"
            + Functions(typeof(CublasLtApi), "return 0;", "cublasLtGetVersion", "cublasLtGetCudartVersion"));
        Compile(
            $"{folder}/libcublas.so.{cuda}",
            $"int cublasGetVersion_v2(void* h, int* v) {{ *v = {cuda}0102; return 0; }}\n" + Functions(typeof(CublasApi), "return 0;", "cublasGetVersion_v2"));
    }

    /// <summary>cuDNN's main file, which aborts at any call where a part beside it is missing, as the real one does.</summary>
    public string Cudnn(string folder, int version, int cuda, string checks = "return 0;", bool aborts = false)
    {
        int major = version >= 10000 ? version / 10000 : 8;
        string abort = aborts ? "abort();" : "";
        return Compile(
            $"{folder}/libcudnn.so.{major}",
            $"#include <stdlib.h>\nunsigned long cudnnGetVersion() {{ {abort} return {version}; }} unsigned long cudnnGetCudartVersion() {{ {abort} return {cuda}000; }}\n"
            + $"int cudnnOpsVersionCheck() {{ {checks} }}\n"
            + Functions(typeof(CudnnApi), $"{abort} return 0;", "cudnnGetVersion", "cudnnGetCudartVersion", "cudnnOpsVersionCheck"));
    }

    public void CudnnParts(string folder, int major, params string[] parts)
    {
        foreach (string part in parts)
        {
            Compile($"{folder}/libcudnn_{part}.so.{major}", "int part;");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static string Functions(Type table, string body, params string[] without) =>
        string.Join('\n', Tables.Functions(table).Select(f => f.Name).Except(without).Select(n => $"long {n}() {{ {body} }}"));
}
