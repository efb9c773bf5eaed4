using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Spellings that NVIDIA's assembler takes and compilers other than NVIDIA's write.</summary>
public sealed class AssemblerDialectTests
{
    private const string Output = "ld.param.u64 %d0, [p0];\n";

    [Theory]
    [InlineData(".shared .align 16 .b32 A[16];", "mov.u64 %d1, A[5]; mov.u64 %d2, A; sub.u64 %d1, %d1, %d2; cvt.u32.u64 %r1, %d1;", 20)]
    [InlineData(".shared .align 16 .b8 A[64];", "mov.u32 %r1, A[7]; mov.u32 %r2, A; sub.u32 %r1, %r1, %r2;", 7)]
    [InlineData(".shared .align 16 .b32 A[16];", "st.shared.u32 A[3], 9; ld.shared.u32 %r1, [A+12];", 9)]
    [InlineData(".shared .align 16 .b32 A[16];", "st.shared.u32 [A+12], 9; ld.shared.u32 %r1, A[3];", 9)]
    [InlineData(".shared .align 16 .b32 A[16];", "st.shared.u32 [A[2]+4], 9; ld.shared.u32 %r1, [A+12];", 9)]
    [InlineData(".local .align 8 .b8 pad[24]; .local .align 8 .b8 x[8];", "st.u64 [x], 5; ld.u64 %d1, [x]; cvt.u32.u64 %r1, %d1;", 5)]
    [InlineData(".shared .align 8 .b32 s[4];", "st.u32 [s+4], 5; ld.shared.u32 %r1, [s+4];", 5)]
    [InlineData(".shared .align 8 .b32 s[4];", "mov.u32 %r2, 3; st.shared.u32 [s], %r2; atom.add.u32 %r3, [s], 4; ld.shared.u32 %r1, [s];", 7)]
    [InlineData("", "selp.u32 %r1, 11, 22, 1;", 11)]
    [InlineData("", "selp.u32 %r1, 11, 22, 0;", 22)]
    [InlineData("", "vote.sync.all.pred %p1, 1, 0x1; selp.u32 %r1, 6, 7, %p1;", 6)]
    [InlineData("", "mov.b16 %h1, 0x1234; mov.b32 %r1, {0x5678, %h1};", 0x12345678)]
    [InlineData("", "mov.b64 %d1, {-1, 2}; shr.u64 %d1, %d1, 31; cvt.u32.u64 %r1, %d1;", 5)]
    [InlineData(".shared .align 16 .b32 A[4]; .reg .v4 .b32 %v;", "st.shared.v4.u32 [A], {1, 2, 3, 4}; ld.shared.v4.b32 %v, [A]; add.u32 %r1, %v.y, %v.w;", 6)]
    [InlineData(".shared .align 16 .f32 A[2]; .reg .v2 .f32 %v, %u;", "mov.f32 %v.x, 0f3F800000; mov.f32 %v.y, 0f40000000; st.shared.v2.f32 [A], %v; ld.shared.v2.f32 %u, [A]; cvt.rzi.s32.f32 %r1, %u.g;", 2)]
    [InlineData("", "mov.u32 %r1, 1; sub.cc.u32 %r2, %r1, 2; addc.u32 %r1, 0, 0;", 1)]
    public void Is_read_and_means_the_same(string declarations, string body, int expected)
    {
        using TestMemory memory = new();
        ulong output = memory.Allocate(4);
        Interpreter.Run(memory, Interpreter.Kernel(1, $"{Output}{body}\nst.global.u32 [%d0], %r1;\nret;", declarations + "\n"), 1, 1, [output]);
        Assert.Equal(expected, memory.Download<int>(output, 1)[0]);
    }

    /// <summary>Each body has its own, whatever the others and the module call theirs; it lives as long as the module.</summary>
    [Fact]
    public void A_variable_of_the_module_may_be_declared_in_a_body()
    {
        const string Text = """
            .version 7.0
            .target sm_75
            .address_size 64
            .global .b32 g = 1000;
            .visible .entry first(.param .u64 out)
            {
                .reg .b32 %r; .reg .b64 %o;
                .global .b32 g[4] = {1, 2, 3, 4};
                .const .b32 c = 30;
                ld.param.u64 %o, [out];
                atom.global.add.u32 %r, [g+8], 10;
                st.global.u32 [%o], %r;
                ld.const.u32 %r, [c];
                st.global.u32 [%o+4], %r;
                ret;
            }
            .visible .entry second(.param .u64 out)
            {
                .reg .b32 %r; .reg .b64 %o;
                ld.param.u64 %o, [out];
                {
                    .reg .b64 %a;
                    .global .b32 g = 7;
                    .global .u64 where = g;
                    ld.global.u64 %a, [where];
                    ld.global.u32 %r, [%a];
                    st.global.u32 [%o+8], %r;
                }
                ld.global.u32 %r, [g];
                st.global.u32 [%o+12], %r;
                ret;
            }
            """;
        using EmulatedMachine machine = new();
        using CudaContext context = new(CudaLibraries.From(machine.Libraries.Driver).Devices[0]);
        using CudaStream stream = new(context);
        using CudaModule module = new(context, Text, "bodies.ptx");
        using DeviceMemory memory = new(context, 16);
        for (int launch = 0; launch < 2; launch++)
        {
            module.GetKernel("first").Launch(stream, new LaunchShape(new Dim3(1), new Dim3(1)), memory);
            module.GetKernel("second").Launch(stream, new LaunchShape(new Dim3(1), new Dim3(1)), memory);
        }

        int[] seen = new int[4];
        stream.Download<int>(memory, seen);
        Assert.Equal([13, 30, 7, 1000], seen);
        Assert.Empty(machine.Findings);
    }

    [Theory]
    [InlineData(".shared .b32 A[4];", "ld.shared.u32 %r1, A[4];", "has no element 4")]
    [InlineData(".shared .b32 A[4];", "ld.shared.u32 %r1, A;", "expected '['")]
    [InlineData(".reg .v2 .b32 %v;", "mov.b32 %r1, %v;", "is a vector of 2")]
    [InlineData(".reg .v2 .b32 %v;", "mov.b32 %r1, %v.z;", "is a vector of 2")]
    [InlineData("", "mov.b32 %r1, {0x5678, 1.5};", "an element of a packed value is an integer")]
    public void What_cannot_be_meant_is_refused_in_words(string declarations, string body, string message)
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => Interpreter.Parse(Interpreter.Kernel(0, body + "\nret;", declarations + "\n")));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>One error a statement, whatever braces it has: what follows is read as it stands.</summary>
    [Theory]
    [InlineData("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f0,%f1,%f2,%f3}, {%r0,%r1,%r2,%r3}, {%r4,%r5}, {%f0,%f1,%f2,%f3};")]
    [InlineData("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r1];")]
    [InlineData("mov.b32 %r1, {%h1, %nothing};")]
    [InlineData("cvt.pack.sat.s8.s32.b32 %r2, %r0, %r1, 0;")]
    public void After_what_is_not_read_the_next_statement_is(string statement)
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => Interpreter.Parse(Interpreter.Kernel(0, statement + "\nmov.u32 %r1, 7;\nret;")));
        Assert.Single(refused.Errors);
    }

    [Theory]
    [InlineData("cvt.pack.sat.s8.s32.b32 %r2, %r0, %r1, 0;")]
    [InlineData("fence.acquire.sync_restrict::shared::cluster.cluster;")]
    public void A_form_of_the_language_that_is_not_executed_is_not_supported(string statement)
    {
        PtxParseException refused = Assert.Throws<PtxParseException>(() => Interpreter.Parse(Interpreter.Kernel(0, statement + "\nret;", capability: 90)));
        Assert.Equal(PtxErrorKind.NotSupported, Assert.Single(refused.Errors).Kind);
    }

    [Theory]
    [InlineData("mov.u32 %r1, 0x80000000; bar.sync %r1;", "no barrier 2147483648")]
    [InlineData("mov.u32 %r1, 17; bar.sync 1, %r1;", "17 threads are none")]
    [InlineData("mov.u32 %r1, 0xffffffe0; bar.sync 1, %r1;", "4294967264 threads are none")]
    public void A_barrier_that_cannot_be_is_found(string body, string message)
    {
        using TestMemory memory = new();
        Finding finding = Interpreter.Find(Interpreter.Kernel(0, body + "\nret;"), 1, 32, [], memory);
        Assert.Equal(FindingKind.Divergence, finding.Kind);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }
}
