using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Emulator.Ptx.Execution;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Runs kernels given as PTX text.</summary>
internal static class Interpreter
{
    private static readonly Dictionary<PtxVariable, ulong> NoVariables = [];

    public static string Module(string body, int capability = 80, string version = "8.0") =>
        $".version {version}\n.target sm_{capability}\n.address_size 64\n{body}\n";

    /// <summary>A kernel 'k' whose parameters are 64-bit: p0, p1, …; registers of all kinds are declared.</summary>
    public static string Kernel(int parameters, string body, string shared = "", int capability = 80, string version = "8.0") => Module(
        ".visible .entry k(" + string.Join(", ", Enumerable.Range(0, parameters).Select(at => $".param .u64 p{at}")) + ")\n{\n"
        + ".reg .pred %p<20>;\n.reg .b16 %h<30>;\n.reg .b32 %r<60>;\n.reg .b64 %d<60>;\n.reg .f32 %f<30>;\n.reg .f64 %e<30>;\n" + shared + body + "\n}\n",
        capability,
        version);

    public static PtxKernel Parse(string text, string name = "k") => PtxModule.Parse(text, "test").FindKernel(name)!;

    public static KernelCounters Run(
        TestMemory memory,
        string text,
        int grid,
        int block,
        ReadOnlySpan<ulong> parameters,
        int seed = 1,
        int dynamicShared = 0,
        InterpreterOptions? options = null,
        bool cooperative = false)
    {
        byte[] bytes = MemoryMarshal.AsBytes(parameters).ToArray();
        return Run(memory, Parse(text), new PtxDimensions(grid, 1, 1), new PtxDimensions(block, 1, 1), bytes, seed, dynamicShared, options, null, cooperative);
    }

    public static KernelCounters Run(
        TestMemory memory,
        PtxKernel kernel,
        PtxDimensions grid,
        PtxDimensions block,
        byte[] parameters,
        int seed = 1,
        int dynamicShared = 0,
        InterpreterOptions? options = null,
        IReadOnlyDictionary<PtxVariable, ulong>? variables = null,
        bool cooperative = false)
    {
        KernelLaunch launch = new(kernel, grid, block, dynamicShared, parameters, variables ?? NoVariables) { IsCooperative = cooperative };
        DeviceFault? refusal = launch.Refusal(new LaunchLimits(48 * 1024));
        return refusal is not null ? throw refusal : launch.Run(memory, new Random(seed), options ?? InterpreterOptions.Default);
    }

    /// <summary>The finding of a kernel that must be refused while it runs.</summary>
    public static Finding Find(
        string text,
        int grid,
        int block,
        ReadOnlySpan<ulong> parameters,
        TestMemory memory,
        InterpreterOptions? options = null,
        int dynamicShared = 0,
        int seed = 1,
        bool cooperative = false)
    {
        ulong[] copy = parameters.ToArray();
        return Assert.Throws<DeviceFault>(() => Run(memory, text, grid, block, copy, seed, dynamicShared, options, cooperative)).Finding;
    }

    /// <summary>Runs one instruction on 32-bit (or 64-bit) values, each in a lane of its own, and gives what it leaves.</summary>
    /// <param name="instruction">With %a, %b, %c as sources and %z as destination; they are registers of the sizes given.</param>
    /// <param name="widths">Bits of z, a, b, c.</param>
    /// <param name="sources">As many numbers for each operand.</param>
    public static ulong[] Evaluate(string instruction, int[] widths, params ulong[][] sources)
    {
        int count = sources[0].Length;
        using TestMemory memory = new();
        ulong[] parameters = [memory.Allocate(count * 8), .. sources.Select(source => memory.Upload<ulong>(source))];
        string[] names = ["%z", "%a", "%b", "%c"];
        string declarations = string.Concat(widths.Select((width, at) => $".reg .b{width} {names[at]};\n"));
        string loads = string.Concat(Enumerable.Range(1, sources.Length).Select(at =>
            $"ld.param.u64 %d1, [p{at}]; add.s64 %d1, %d1, %d0; ld.global.b{widths[at]} {names[at]}, [%d1];\n"));
        string store = $"ld.param.u64 %d1, [p0]; add.s64 %d1, %d1, %d0; mov.u64 %d2, 0; st.global.u64 [%d1], %d2; st.global.b{widths[0]} [%d1], %z;";
        string text = Kernel(
            sources.Length + 1,
            declarations + "mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x; mad.lo.s32 %r0, %r0, 64, %r1; mul.wide.u32 %d0, %r0, 8;\n"
            + $"setp.ge.u32 %p0, %r0, {count}; @%p0 ret;\n" + loads + instruction + "\n" + store + "\nret;",
            "",
            100,
            "8.8");
        Run(memory, text, (count + 63) / 64, 64, parameters);
        return memory.Download<ulong>(parameters[0], count);
    }
}
