using System.Text;
using CudaNet.Emulator.Modules;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>cuModuleLoad of what is no file of PTX: it answers, at once, and no other thread waits for a disk.</summary>
public sealed unsafe class ModuleFileRules : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> SpecialKinds => [.. SpecialFiles.Kinds.Keys];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        using var host = new DriverHost();
        foreach (string path in (string[])[string.Empty, _folder.File("no.ptx"), _folder.File("no/where.ptx"), _folder.File(new string('x', 5000)), "\uFFFD"])
        {
            Assert.Equal(CUDA_ERROR_FILE_NOT_FOUND, Load(host, path));
        }

        Assert.Empty(host.Machine.Findings);
    }

    [Theory]
    [MemberData(nameof(SpecialKinds))]
    public void What_has_no_end_is_refused_and_not_waited_for(string kind)
    {
        string path = SpecialFiles.Make(_folder, kind, "module.ptx");
        using var host = new DriverHost();
        CUresult loaded = CUDA_SUCCESS;
        var thread = new Thread(() =>
        {
            DriverHost.Ok(host.Api.cuCtxSetCurrent(host.Context));
            loaded = Load(host, path);
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "still waits");
        Assert.Equal(kind == "broken link" ? CUDA_ERROR_FILE_NOT_FOUND : CUDA_ERROR_OPERATING_SYSTEM, loaded);
        Assert.Empty(host.Machine.Findings);
    }

    [Fact]
    public void A_folder_and_a_file_that_is_too_large_are_refused()
    {
        string large = _folder.File("large.ptx");
        using (FileStream file = File.Create(large))
        {
            file.SetLength(3L << 30);
        }

        using var host = new DriverHost();
        Assert.Equal(CUDA_ERROR_OPERATING_SYSTEM, Load(host, _folder.Path));
        Assert.Equal(CUDA_ERROR_OPERATING_SYSTEM, Load(host, large));
        using (FileStream file = File.OpenWrite(large))
        {
            file.SetLength(ModuleFile.MostBytes + 1L);
        }

        Assert.Equal(CUDA_ERROR_OPERATING_SYSTEM, Load(host, large));
        Assert.Empty(host.Machine.Findings);
    }

    [Fact]
    public void A_file_whose_bytes_cannot_be_read_is_refused_and_one_that_does_not_say_its_length_is_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        using var host = new DriverHost();
        Assert.Equal(CUDA_ERROR_OPERATING_SYSTEM, Load(host, "/proc/self/mem"));
        Assert.Equal(CUDA_ERROR_INVALID_IMAGE, Load(host, "/proc/self/status"));
        Assert.Empty(host.Machine.Findings);
    }

    [Fact]
    public void A_file_without_the_right_to_read_is_not_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "needs a user who may not read everything");
        string path = _folder.Write("secret.ptx", "x"u8);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        using var host = new DriverHost();
        Assert.Equal(CUDA_ERROR_FILE_NOT_FOUND, Load(host, path));
    }

    [Fact]
    public void The_call_s_own_refusals_come_before_the_file_s()
    {
        using var host = new DriverHost(new EmulatorOptions { Faults = [FaultInjection.OfCall("cuModuleLoad", 1, 46)] });
        Assert.Equal((CUresult)46, Load(host, _folder.Path));
        nint module;
        fixed (byte* absent = "/no/such/file.ptx\0"u8)
        {
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuModuleLoad(null, absent));
        }

        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuModuleLoad(&module, null));
        DriverHost.Ok(host.Api.cuCtxSetCurrent(0));
        Assert.Equal(CUDA_ERROR_INVALID_CONTEXT, Load(host, _folder.Path));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(100)]
    public void A_linked_image_that_is_cut_off_is_invalid(int length)
    {
        byte[] image = ModuleImage.Pack(".version 6.5");
        BitConverter.TryWriteBytes(image.AsSpan(16), length);
        using var host = new DriverHost();
        Assert.Equal(CUDA_ERROR_INVALID_IMAGE, Load(host, _folder.Write("linked", image)));
    }

    private static CUresult Load(DriverHost host, string path)
    {
        nint module;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return host.Api.cuModuleLoad(&module, name);
        }
    }
}
