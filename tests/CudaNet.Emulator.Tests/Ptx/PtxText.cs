using CudaNet.Emulator.Ptx;
using CudaNet.Tests.Support;

namespace CudaNet.Emulator.Tests.Ptx;

/// <summary>PTX texts for tests: a kernel around a few instructions, and the files compilers wrote.</summary>
internal static class PtxText
{
    /// <summary>A module whose kernel <c>k</c> has registers and memory of all kinds, and contains <paramref name="body"/>.</summary>
    public static string Kernel(string body, string target = "sm_80", string version = "7.0") => $$"""
        .version {{version}}
        .target {{target}}
        .address_size 64
        .global .align 16 .b8 gdata[64];
        .const .align 4 .b8 cdata[16] = {1, 2, 3, 4};
        .extern .shared .align 16 .b8 dynamic[];
        .func (.param .b32 result) callee(.param .b32 value);
        .visible .entry k(.param .u64 pointer, .param .u32 count, .param .align 4 .b8 block[12])
        {
        .reg .pred %p<9>;
        .reg .b16 %rs<9>;
        .reg .b32 %r<9>;
        .reg .u32 %u<9>;
        .reg .s32 %s<9>;
        .reg .b64 %rd<19>;
        .reg .f16 %h<9>;
        .reg .f32 %f<9>;
        .reg .f64 %fd<9>;
        .shared .align 16 .b8 sdata[256];
        .local .align 4 .b8 ldata[16];
        START:
        {{body}}
        ret;
        }
        """;

    /// <summary>The line of a one-line body in <see cref="Kernel"/>'s text.</summary>
    public const int BodyLine = 22;

    public static PtxModule ParseKernel(string body, string target = "sm_80", string version = "7.0") => PtxModule.Parse(Kernel(body, target, version), "test");

    /// <summary>The only instruction of a body of one, checked.</summary>
    public static PtxInstruction Instruction(string body, string target = "sm_80", string version = "7.0") =>
        ParseKernel(body, target, version).Kernels[0].Instructions[0];

    public static IEnumerable<string> Files() => Directory.EnumerateFiles(Repository.File("tests/CudaNet.Emulator.Tests/data/ptx"), "*.ptx").Select(Path.GetFileName).Order()!;

    public static string Read(string file) => File.ReadAllText(Repository.File($"tests/CudaNet.Emulator.Tests/data/ptx/{file}"));
}
