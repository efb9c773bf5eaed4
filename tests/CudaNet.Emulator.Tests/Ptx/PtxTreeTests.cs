using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

public sealed class PtxTreeTests
{
    [Fact]
    public void Parameters_lie_where_the_calling_convention_puts_them()
    {
        PtxModule module = PtxModule.Parse("""
            .version 8.1
            .target sm_90
            .visible .entry k(.param .u8 a, .param .u16 b, .param .u64 .ptr .global .align 16 c, .param .align 4 .b8 d[5], .param .f64 e, .param .u64 .ptr .align 1 f, .param .b8 g)
            .maxntid 256, 2 // a comment between
            .minnctapersm 3
            .maxnreg 64
            { ret; }
            """, "m");

        PtxKernel kernel = Assert.Single(module.Kernels);
        Assert.Equal([0L, 2, 8, 16, 24, 32, 40], kernel.Parameters.Select(parameter => parameter.Offset));
        Assert.Equal([1L, 2, 8, 5, 8, 8, 1], kernel.Parameters.Select(parameter => parameter.Size));
        Assert.Equal(41, kernel.ParameterBytes);
        Assert.Equal(new PtxDimensions(256, 2, 1), kernel.MaxThreads);
        Assert.Equal((3, 64), (kernel.MinBlocksPerMultiprocessor, kernel.MaxRegisters));
        Assert.Equal((new PtxVersion(8, 1), new PtxTarget(90, '\0')), (module.Version, module.Target));
    }

    [Fact]
    public void Registers_get_an_index_when_they_are_mentioned()
    {
        PtxFunction kernel = PtxModule.Parse("""
            .version 7.0
            .target sm_80
            .entry k() { .reg .b32 %r<2000000000>; .reg .pred %p<3>; mov.u32 %r1999999999, 7; @!%p2 bra L; { .reg .b32 %r<4>; mov.u32 %r1, %r1; } L: }
            """, "m").Kernels[0];

        Assert.Equal(["%r1999999999", "%p2", "%r1"], kernel.Registers.Select(register => register.Name));
        Assert.Equal([0, 1, 2], kernel.Registers.Select(register => register.Index));
        Assert.True(kernel.Instructions[1].GuardNegated);
        Assert.Equal(kernel.Registers[1], kernel.Instructions[1].Guard);
        Assert.Equal(3, Assert.IsType<PtxLabelOperand>(kernel.Instructions[1].Operands[0]).Label.Target);
    }

    [Fact]
    public void A_label_inside_a_block_hides_the_one_outside()
    {
        IReadOnlyList<PtxInstruction> code = PtxText.ParseKernel("{ bra HERE; trap; HERE: exit; } HERE: bra HERE;").Kernels[0].Instructions;

        Assert.Equal(2, ((PtxLabelOperand)code[0].Operands[0]).Label.Target);
        Assert.Equal(3, ((PtxLabelOperand)code[3].Operands[0]).Label.Target);
    }

    [Theory]
    [InlineData("add.f32 %f1, %f2, 1.0;", 2, 0x3F800000UL)]
    [InlineData("add.f32 %f1, %f2, -0f7FC00001;", 2, 0xFFC00001UL)]
    [InlineData("mov.f32 %f1, 0f7F800001;", 1, 0x7F800001UL)]
    [InlineData("mov.f64 %fd1, 1.5;", 1, 0x3FF8000000000000UL)]
    [InlineData("add.s32 %r1, %r2, -1;", 2, 0xFFFFFFFFUL)]
    [InlineData("mov.u32 %r1, 0x123456789;", 1, 0x23456789UL)]
    [InlineData("mov.b16 %rs1, -2;", 1, 0xFFFEUL)]
    [InlineData("mov.u32 %r1, (3+4)*2 - 010;", 1, 6UL)]
    [InlineData("mov.u32 %r1, 1 << 4 | 0b11;", 1, 19UL)]
    [InlineData("mov.u64 %rd1, 2 > 1 ? ~0 : 5;", 1, ulong.MaxValue)]
    [InlineData("mov.u32 %r1, WARP_SZ;", 1, 32UL)]
    [InlineData("mov.pred %p1, -1;", 1, 1UL)]
    [InlineData("mov.b32 %r1, 0f3F800000;", 1, 0x3F800000UL)]
    public void Constants_have_the_bits_of_their_type(string body, int operand, ulong bits) =>
        Assert.Equal(bits, Assert.IsType<PtxImmediateOperand>(PtxText.Instruction(body).Operands[operand]).Bits);

    [Fact]
    public void Modifiers_are_decoded()
    {
        Assert.Equal((PtxComparison.Leu, PtxBooleanOperation.Xor, true), PtxText.Instruction("setp.leu.xor.ftz.f32 %p1|%p2, %f1, %f2, !%p3;").Modifiers is var m ? (m.Comparison, m.Boolean, m.FlushToZero) : default);
        Assert.Equal((PtxType.S32, PtxType.F32, PtxRounding.ZeroInteger), PtxText.Instruction("cvt.rzi.s32.f32 %r1, %f1;").Modifiers is var c ? (c.Type, c.SourceType, c.Rounding) : default);
        Assert.Equal((PtxMemoryOrder.AcquireRelease, PtxMemoryScope.Device, PtxStateSpace.Global, PtxAtomicOperation.Min), PtxText.Instruction("atom.acq_rel.gpu.global.min.u32 %r1, [%rd1], 1;").Modifiers is var a ? (a.Order, a.Scope, a.Space, a.Atomic) : default);
        Assert.Equal((PtxBarrierMode.ReducePopc, true), PtxText.Instruction("bar.red.popc.u32 %r1, 0, %p1;").Modifiers is var b ? (b.Barrier, b.Aligned) : default);
        Assert.Equal((PtxProductPart.Wide, 1), PtxText.Instruction("mul.wide.s32 %rd1, %r1, 4;").Modifiers is var w ? (w.Part, w.VectorWidth) : default);
        Assert.Equal((true, PtxPermuteMode.EdgeClampRight), (PtxText.Instruction("cvta.to.shared.u64 %rd1, %rd2;").Modifiers.ToSpace, PtxText.Instruction("prmt.b32.ecr %r1, %r2, %r3, 1;").Modifiers.Permute));
        Assert.Equal((4, true, ".L1::no_allocate"), PtxText.Instruction("ld.global.nc.L1::no_allocate.v4.f32 {%f1,%f2,%f3,%f4}, [%rd1];", version: "7.4").Modifiers is var l ? (l.VectorWidth, l.NonCoherent, l.CacheHints) : default);
    }

    [Fact]
    public void Addresses_know_their_base_and_offset()
    {
        PtxAddressOperand based = Assert.IsType<PtxAddressOperand>(PtxText.Instruction("ld.global.u32 %r1, [%rd4+-8];").Operands[1]);
        PtxAddressOperand named = Assert.IsType<PtxAddressOperand>(PtxText.Instruction("ld.param.u32 %r1, [block+8];").Operands[1]);
        PtxSymbolOperand symbol = Assert.IsType<PtxSymbolOperand>(PtxText.Instruction("mov.u64 %rd1, gdata+16;").Operands[1]);

        Assert.Equal(("%rd4", -8), (based.Base?.Name, based.Offset));
        Assert.Equal(("block", 8, 12), (named.Variable?.Name, named.Offset, named.Variable?.Offset));
        Assert.Equal(("gdata", 16), (symbol.Variable.Name, symbol.Offset));
    }

    [Fact]
    public void Shared_memory_is_laid_out_by_kernel_with_what_its_functions_use()
    {
        PtxModule module = PtxModule.Parse("""
            .version 7.0
            .target sm_80
            .shared .align 4 .b8 everyone[5];
            .shared .align 4 .b8 nobody[400];
            .extern .shared .align 16 .b8 dynamic[];
            .extern .shared .align 64 .b8 other[];
            .func helper() { .shared .align 8 .b8 own[8]; .reg .b32 r; mov.u32 r, own; ret; }
            .func deeper() { call helper; ret; }
            .entry with() { .reg .b32 r; call deeper; ld.shared.u32 r, [everyone]; mov.u32 r, dynamic; ret; }
            .entry without() { .shared .u32 x; .reg .b32 r; ld.shared.u32 r, [other]; st.shared.u32 [x], r; ret; }
            """, "m");

        PtxKernel with = module.FindKernel("with")!;
        PtxKernel without = module.FindKernel("without")!;
        Assert.Equal((16, 16), (with.StaticSharedBytes, with.DynamicSharedOffset));
        Assert.Equal([("dynamic", 16), ("everyone", 0), ("own", 8)], with.SharedOffsets.Select(pair => (pair.Key.Name, pair.Value)).Order());
        Assert.Equal((4, 64), (without.StaticSharedBytes, without.DynamicSharedOffset));
    }

    [Fact]
    public void Calls_pass_through_a_frame_behind_the_parameters()
    {
        PtxModule module = PtxModule.Parse("""
            .version 7.0
            .target sm_80
            .func (.param .b64 out) twice(.param .b32 a, .param .b64 b);
            .func (.param .b64 out) twice(.param .b32 a, .param .b64 b) { .reg .b64 x; ld.param.b64 x, [b]; st.param.b64 [out+0], x; ret; }
            .entry k(.param .u32 n)
            {
                .reg .b64 %rd<3>; .reg .b32 %r;
                { .param .b32 p0; .param .b64 p1; .param .b64 ret0; st.param.b64 [p1+0], %rd1; call.uni (ret0), twice, (p0, p1); ld.param.b64 %rd2, [ret0+0]; }
                { .param .b32 q0; st.param.b32 [q0], %r; }
                ret;
            }
            """, "m");

        PtxFunction twice = Assert.Single(module.Functions);
        PtxKernel kernel = module.Kernels[0];
        Assert.True(twice.HasBody);
        Assert.Equal((16, 24, 16L), (twice.ParameterBytes, twice.ParameterFrameBytes, twice.Results[0].Offset));
        Assert.Equal((4, 24), (kernel.ParameterBytes, kernel.ParameterFrameBytes));
        Assert.Equal([4L, 8, 16, 4], kernel.Variables.Select(variable => variable.Offset));
        PtxInstruction call = kernel.Instructions[1];
        Assert.Same(twice, ((PtxFunctionOperand)call.Operands[1]).Function);
        Assert.Equal(["p0", "p1"], ((PtxListOperand)call.Operands[2]).Elements.Select(element => ((PtxSymbolOperand)element).Variable.Name));
    }

    [Fact]
    public void Module_variables_have_bytes_places_and_addresses()
    {
        PtxModule module = PtxModule.Parse("""
            .version 7.0
            .target sm_80
            .const .align 4 .b8 bytes[6] = {236, 81, -1};
            .const .align 8 .f64 number = 1.5;
            .global .u32 grid[2][3] = {{1}, {2, 3}};
            .visible .global .align 8 .u64 pointer = generic(grid + 4);
            .global .u64 pointers[2] = {grid+4, generic(bytes)};
            .global .v4 .f32 quad;
            """, "m");

        Assert.Equal([236, 81, 255], module.FindVariable("bytes")!.InitialBytes.ToArray());
        Assert.Equal((8L, 16), (module.FindVariable("number")!.Offset, module.ConstBytes));
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0], module.FindVariable("grid")!.InitialBytes.ToArray());
        Assert.Equal((24L, 8L), (module.FindVariable("pointer")!.Offset, module.FindVariable("pointer")!.Size));
        Assert.Equal([(0L, "grid", 4L, false), (8L, "bytes", 0L, true)], module.FindVariable("pointers")!.Relocations.Select(r => (r.Offset, r.Variable!.Name, r.Addend, r.IsGeneric)));
        Assert.Equal((48L, 16L, 64L), (module.FindVariable("quad")!.Offset, module.FindVariable("quad")!.Size, module.GlobalBytes));
    }

    [Fact]
    public void Instructions_know_the_source_line_they_came_from()
    {
        PtxModule module = PtxModule.Parse(PtxText.Read("reduce.sm_80.lines.ptx"), "lines");

        PtxInstruction shuffle = module.Kernels[0].Instructions.First(instruction => instruction.Opcode == PtxOpcode.Shfl);
        Assert.Equal("/src/reduce.cu:7", shuffle.Source?.ToString());
        Assert.Contains("shfl.sync.bfly", PtxText.Read("reduce.sm_80.lines.ptx").Split('\n')[shuffle.Line - 1], StringComparison.Ordinal);
    }
}
