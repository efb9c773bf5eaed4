using System.Text;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>Modules, functions, the compiler's logs and the linker.</summary>
public sealed unsafe class ModuleRules
{
    private const string Wrong = ".version 6.5\n.target sm_75\n.address_size 64\n.nonsense\n";

    [Fact]
    public void Images_answer_by_what_they_are()
    {
        using var host = new DriverHost();
        nint module;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuModuleLoadDataEx(&module, null, 0, null, null));
        Assert.Equal(CUDA_ERROR_INVALID_IMAGE, host.Load(string.Empty, out _));
        Assert.Equal(CUDA_ERROR_INVALID_IMAGE, host.Load("hello", out _));
        Assert.Equal(CUDA_ERROR_INVALID_PTX, host.Load(Wrong, out _));
        Assert.Equal(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, host.Load(DriverHost.Kernels.Replace(".version 6.5", ".version 99.0"), out _));
        Assert.Equal(CUDA_ERROR_NO_BINARY_FOR_GPU, host.Load(DriverHost.Kernels.Replace(".version 6.5", ".version 8.6").Replace("sm_75", "sm_90"), out _));
        Assert.Equal(CUDA_ERROR_NO_BINARY_FOR_GPU, host.Load("\u007fELF", out _));
        Assert.Equal(CUDA_SUCCESS, host.Load(DriverHost.Kernels, out _));
    }

    [Fact]
    public void A_missing_file_is_not_found_and_one_that_is_there_is_loaded()
    {
        using var host = new DriverHost();
        nint module;
        fixed (byte* absent = "/no/such/file.ptx\0"u8, present = Encoding.UTF8.GetBytes(CudaNet.Tests.Support.Repository.File("tests/foreign/kernels.ptx") + '\0'))
        {
            Assert.Equal(CUDA_ERROR_FILE_NOT_FOUND, host.Api.cuModuleLoad(&module, absent));
            Assert.Equal(CUDA_SUCCESS, host.Api.cuModuleLoad(&module, present));
        }
    }

    [Fact]
    public void The_error_log_names_the_line_and_its_size_is_written_back()
    {
        using var host = new DriverHost();
        byte* log = stackalloc byte[512];
        CUjit_option* options = stackalloc[] { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
        void** values = stackalloc void*[] { log, (void*)512 };
        nint module;
        fixed (byte* text = Encoding.UTF8.GetBytes(Wrong + '\0'))
        {
            Assert.Equal(CUDA_ERROR_INVALID_PTX, host.Api.cuModuleLoadDataEx(&module, text, 2, options, values));
            string whole = Encoding.UTF8.GetString(log, (int)(uint)values[1]);
            Assert.Contains("line 4", whole, StringComparison.Ordinal);
            Assert.Equal(0, log[whole.Length]);

            values[1] = (void*)8;
            Assert.Equal(CUDA_ERROR_INVALID_PTX, host.Api.cuModuleLoadDataEx(&module, text, 2, options, values));
            Assert.Equal(7u, (uint)values[1]);
            Assert.Equal(whole[..7], Encoding.UTF8.GetString(log, 7));

            options[0] = (CUjit_option)77;
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuModuleLoadDataEx(&module, text, 2, options, values));
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuModuleLoadDataEx(&module, text, 2, null, values));
        }
    }

    [Fact]
    public void Functions_are_found_by_name()
    {
        using var host = new DriverHost();
        nint module = host.Module();
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Function(0, "saxpy", out _));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Function(module, string.Empty, out _));
        Assert.Equal(CUDA_ERROR_NOT_FOUND, host.Function(module, "absent", out _));
        Assert.Equal(CUDA_SUCCESS, host.Function(module, "saxpy", out nint first));
        Assert.Equal(CUDA_SUCCESS, host.Function(module, "saxpy", out nint again));
        Assert.Equal(first, again);
    }

    [Fact]
    public void Unloading_ends_the_module_and_its_functions()
    {
        using var host = new DriverHost();
        nint module = host.Module();
        DriverHost.Ok(host.Function(module, "saxpy", out nint function));
        int value;
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuModuleUnload(0));
        DriverHost.Ok(host.Api.cuModuleUnload(module));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuModuleUnload(module));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuFuncGetAttribute(&value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS, function));
    }

    [Fact]
    public void Attributes_of_functions_are_read_and_few_are_set()
    {
        using var host = new DriverHost();
        DriverHost.Ok(host.Function(host.Module(), "block_sums", out nint function));
        int value;
        DriverHost.Ok(host.Api.cuFuncGetAttribute(&value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function));
        Assert.Equal(512, value);
        DriverHost.Ok(host.Api.cuFuncGetAttribute(&value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, function));
        Assert.Equal(1024, value);
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuFuncGetAttribute(&value, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS, 0));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuFuncGetAttribute(&value, (CUfunction_attribute)99, function));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuFuncSetAttribute(function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS, 3));
        const CUfunction_attribute Dynamic = CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        int most = EmulatedDeviceProfile.Ampere.SharedBytesPerBlockOptIn - 512;
        Assert.Equal(CUDA_SUCCESS, host.Api.cuFuncSetAttribute(function, Dynamic, most));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuFuncSetAttribute(function, Dynamic, most + 1));
    }

    [Fact]
    public void Parameters_of_functions_tell_offset_and_size_up_to_the_last()
    {
        using var host = new DriverHost();
        nint saxpy = host.Saxpy();
        nuint offset, size;
        DriverHost.Ok(host.Api.cuFuncGetParamInfo(saxpy, 0, &offset, &size));
        Assert.Equal(((nuint)0, (nuint)8), (offset, size));
        DriverHost.Ok(host.Api.cuFuncGetParamInfo(saxpy, 3, &offset, &size));
        Assert.Equal(((nuint)20, (nuint)4), (offset, size));
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuFuncGetParamInfo(saxpy, 4, &offset, &size));
    }

    [Fact]
    public void Variables_of_modules_start_with_their_bytes()
    {
        using var host = new DriverHost();
        DriverHost.Ok(host.Load(".version 6.5\n.target sm_75\n.address_size 64\n.visible .global .align 4 .u32 three = 3;\n", out nint module));
        ulong address;
        nuint bytes;
        uint value;
        fixed (byte* name = "three\0"u8, absent = "four\0"u8)
        {
            DriverHost.Ok(host.Api.cuModuleGetGlobal_v2(&address, &bytes, module, name));
            Assert.Equal(CUDA_ERROR_NOT_FOUND, host.Api.cuModuleGetGlobal_v2(&address, &bytes, module, absent));
        }

        DriverHost.Ok(host.Api.cuMemcpyDtoH_v2(&value, address, bytes));
        Assert.Equal((3u, (nuint)4), (value, bytes));
    }

    [Fact]
    public void Linked_texts_make_one_image_that_loads_again()
    {
        using var host = new DriverHost();
        const string Second = ".version 6.5\n.target sm_75\n.address_size 64\n.visible .entry other() { ret; }\n";
        nint link, module;
        void* image;
        nuint size;
        DriverHost.Ok(host.Api.cuLinkCreate_v2(0, null, null, &link));
        Assert.Equal(CUDA_ERROR_INVALID_PTX, Add(host, link, Wrong));
        DriverHost.Ok(Add(host, link, DriverHost.Kernels));
        DriverHost.Ok(Add(host, link, Second));
        DriverHost.Ok(host.Api.cuLinkComplete(link, &image, &size));
        byte[] copy = new ReadOnlySpan<byte>(image, (int)size).ToArray();
        DriverHost.Ok(host.Api.cuLinkDestroy(link));
        Assert.Equal(CUDA_ERROR_INVALID_HANDLE, host.Api.cuLinkDestroy(link));
        fixed (byte* bytes = copy)
        {
            DriverHost.Ok(host.Api.cuModuleLoadDataEx(&module, bytes, 0, null, null));
        }

        Assert.Equal(CUDA_SUCCESS, host.Function(module, "saxpy", out _));
        Assert.Equal(CUDA_SUCCESS, host.Function(module, "other", out _));
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], copy[..4]);
    }

    private static CUresult Add(DriverHost host, nint link, string text)
    {
        byte[] data = Encoding.UTF8.GetBytes(text + '\0');
        fixed (byte* bytes = data)
        {
            return host.Api.cuLinkAddData_v2(link, CUjitInputType.CU_JIT_INPUT_PTX, bytes, (nuint)data.Length, null, 0, null, null);
        }
    }
}
