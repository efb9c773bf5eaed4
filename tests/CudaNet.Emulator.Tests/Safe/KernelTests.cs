using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Safe;

/// <summary>Modules and launches through the owners: what is wrong is said before or at the call.</summary>
public sealed class KernelTests
{
    private const string Ptx = """
        .version 6.5
        .target sm_75
        .address_size 64
        .visible .entry store(.param .u64 to, .param .u32 value)
        {
            .reg .b32 %v, %i;
            .reg .b64 %a, %o;
            ld.param.u64 %a, [to];
            ld.param.u32 %v, [value];
            cvta.to.global.u64 %a, %a;
            mov.u32 %i, %tid.x;
            mul.wide.u32 %o, %i, 4;
            add.s64 %a, %a, %o;
            st.global.u32 [%a], %v;
            ret;
        }
        """;

    [Fact]
    public void A_kernel_runs_with_its_arguments()
    {
        using SafeProgram program = new();
        using CudaModule module = new(program.Context, Ptx, "store.ptx");
        CudaKernel store = module.GetKernel("store");
        using DeviceMemory memory = new(program.Context, 128);
        store.Preload();
        store.Launch(program.Stream, new LaunchShape(1, 32), memory, 42u);
        int[] back = new int[32];
        program.Stream.Download<int>(memory, back);
        Assert.All(back, v => Assert.Equal(42, v));
    }

    [Fact]
    public void Arguments_of_another_number_or_size_are_refused_before_the_launch()
    {
        using SafeProgram program = new();
        using CudaModule module = new(program.Context, Ptx, "store.ptx");
        CudaKernel store = module.GetKernel("store");
        using DeviceMemory memory = new(program.Context, 128);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => store.Launch(program.Stream, new LaunchShape(1, 32), memory, 42L));
        Assert.StartsWith("kernel store of store.ptx has these parameters: 2 of 8, 4 bytes; given were 2 of 8, 8 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => store.Launch(program.Stream, new LaunchShape(1, 32), memory));
        Assert.Equal(0, program.Calls("cuLaunchKernel"));
    }

    [Theory]
    [InlineData(1, 2048, 0, "the block's x must be 1 to 1024")]
    [InlineData(0, 32, 0, "the grid's x must be 1 to 2147483647")]
    [InlineData(1, 32, 60_000, "more than 49152 bytes of shared memory need AllowSharedBytes before")]
    [InlineData(1, 32, 1_000_000, "a block can have 166912 bytes of shared memory, 0 of them declared by the kernel")]
    public void A_shape_that_the_device_refuses_is_told_with_the_limit(int grid, int block, int shared, string reason)
    {
        using SafeProgram program = new();
        using CudaModule module = new(program.Context, Ptx, "store.ptx");
        CudaKernel store = module.GetKernel("store");
        using DeviceMemory memory = new(program.Context, 128);
        CudaException exception = Assert.Throws<CudaException>(() => store.Launch(program.Stream, new LaunchShape(grid, block, shared), memory, 1u));
        Assert.Equal(("cuLaunchKernel", "CUDA_ERROR_INVALID_VALUE"), (exception.Call, exception.Result));
        Assert.EndsWith(reason, exception.Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public void Ptx_that_is_refused_comes_with_the_compilers_log()
    {
        using SafeProgram program = new();
        CudaException exception = Assert.Throws<CudaException>(() => new CudaModule(program.Context, Ptx.Replace("ret;", "retire;", StringComparison.Ordinal), "wrong.ptx"));
        Assert.Equal(("cuModuleLoadDataEx", 218), (exception.Call, exception.Number));
        Assert.Contains("wrong.ptx", exception.Arguments, StringComparison.Ordinal);
        Assert.Contains("15", exception.Log, StringComparison.Ordinal);
        Assert.Contains(exception.Log!.Trim(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_there_is_told_with_the_modules()
    {
        using SafeProgram program = new();
        using CudaModule module = new(program.Context, Ptx, "store.ptx");
        CudaException exception = Assert.Throws<CudaException>(() => module.GetKernel("load"));
        Assert.Equal(("cuModuleGetFunction", 500, "load of store.ptx"), (exception.Call, exception.Number, exception.Arguments));
        Assert.Contains("extern \"C\"", exception.Hint, StringComparison.Ordinal);
        Assert.Equal(500, Assert.Throws<CudaException>(() => module.GetGlobal("table")).Number);
    }
}
