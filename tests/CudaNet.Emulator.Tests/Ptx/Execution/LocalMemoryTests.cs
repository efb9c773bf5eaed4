using CudaNet.Emulator.Device;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class LocalMemoryTests
{
    private static string Kernel(string body) => Interpreter.Kernel(
        1, ".local .align 4 .b8 first[20]; .local .align 4 .b8 second[8];\nld.param.u64 %d0, [p0]; mov.u32 %r0, %tid.x; mov.u64 %d1, first; mov.u64 %d2, second;\n" + body + "\nret;");

    [Theory]
    [InlineData("st.local.u32 [%d1+16], %r0; st.local.v2.u32 [%d2], {%r0, %r0};")]
    [InlineData("cvta.local.u64 %d1, %d1; st.u32 [%d1], %r0; st.u8 [%d1+19], %r0;")]
    public void Accesses_within_a_variable_are_clean(string body)
    {
        using TestMemory memory = new();
        Interpreter.Run(memory, Kernel(body), 1, 32, [memory.Allocate(128)]);
    }

    [Theory]
    [InlineData("st.local.u32 [%d1+20], %r0;", "20 bytes into 'first', which has 20")]
    [InlineData("ld.local.u8 %r1, [second+8];", "8 bytes into 'second', which has 8")]
    [InlineData("st.local.u32 [%d2], %r0; ld.local.v2.u32 {%r1, %r2}, [%d1+16];", "16 bytes into 'first', which has 20")]
    [InlineData("cvta.local.u64 %d3, %d1; mad.wide.u32 %d3, %r0, 4, %d3; st.u32 [%d3], %r0;", "thread (5, 0, 0)")]
    public void An_access_past_the_end_of_a_variable_is_found(string body, string expected)
    {
        using TestMemory memory = new();
        ulong data = memory.Allocate(128);
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Interpreter.Run(memory, Kernel(body), 1, 32, [data]));
        Assert.Equal(FindingKind.OutOfBounds, fault.Finding.Kind);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_is_gone_when_its_function_has_returned()
    {
        using TestMemory memory = new();
        const string Functions = """
            .func (.param .b64 result) mine()
            {
            .local .align 4 .b8 gone[4]; .reg .b64 %d<3>; .reg .b32 %r<3>;
            mov.u64 %d1, gone; cvta.local.u64 %d1, %d1; mov.u32 %r1, 7; st.u32 [%d1], %r1;
            st.param.b64 [result], %d1;
            ret;
            }
            .visible .entry k(.param .u64 p0)
            {
            .reg .b64 %d<3>; .reg .b32 %r<3>;
            { .param .b64 r; call.uni (r), mine, (); ld.param.b64 %d1, [r]; }
            ld.u32 %r1, [%d1];
            ret;
            }
            """;
        Finding finding = Interpreter.Find(Interpreter.Module(Functions), 1, 32, [memory.Allocate(128)], memory);
        Assert.Equal(FindingKind.OutOfBounds, finding.Kind);
        Assert.Contains("ld.u32", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vprintf", 719, "call of 'vprintf'")]
    [InlineData("__assertfail", 710, "an assertion of the kernel failed")]
    public void Functions_of_the_driver_matter_only_where_they_are_called(string name, int result, string expected)
    {
        string text = Interpreter.Module($$"""
            .extern .func (.param .b32 result) {{name}}(.param .b64 text);
            .visible .entry k(.param .u64 p0)
            {
            .reg .b64 %d<3>; .reg .b32 %r<3>; .reg .pred %p<2>;
            ld.param.u64 %d0, [p0]; setp.eq.u64 %p0, %d0, 0; @%p0 bra END;
            { .param .b64 a; .param .b32 r; st.param.b64 [a], %d0; call.uni (r), {{name}}, (a); ld.param.b32 %r1, [r]; }
            END: ret;
            }
            """);
        using TestMemory memory = new();
        Interpreter.Run(memory, text, 1, 32, [0]);
        DeviceFault fault = Assert.Throws<DeviceFault>(() => Interpreter.Run(memory, text, 1, 32, [1]));
        Assert.Equal(result, (int)fault.Result);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
