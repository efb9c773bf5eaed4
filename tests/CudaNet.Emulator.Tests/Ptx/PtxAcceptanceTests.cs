using CudaNet.Emulator.Ptx;
using Xunit;

namespace CudaNet.Emulator.Tests.Ptx;

/// <summary>What the real assembler takes and what it refuses, one row a rule.</summary>
public sealed class PtxAcceptanceTests
{
    public static TheoryData<string> Accepted =>
    [
        // Rounding where it may be left out.
        "add.f32 %f1, %f2, %f3;", "sub.f32 %f1, %f2, %f3;", "mul.f32 %f1, %f2, %f3;", "add.rn.f32 %f1, %f2, %f3;", "mul.rz.ftz.sat.f32 %f1, %f2, %f3;",
        "fma.rn.f32 %f1, %f2, %f3, %f4;", "mad.rn.f32 %f1, %f2, %f3, %f4;", "div.rn.f32 %f1, %f2, %f3;", "div.approx.f32 %f1, %f2, %f3;", "div.full.ftz.f32 %f1, %f2, %f3;",
        "sqrt.rn.f32 %f1, %f2;", "sqrt.approx.ftz.f32 %f1, %f2;", "rcp.rn.f32 %f1, %f2;", "rcp.approx.ftz.f32 %f1, %f2;", "rsqrt.approx.f32 %f1, %f2;", "ex2.approx.f32 %f1, %f2;",
        "lg2.approx.f32 %f1, %f2;", "sin.approx.f32 %f1, %f2;", "cos.approx.ftz.f32 %f1, %f2;", "tanh.approx.f32 %f1, %f2;", "ex2.approx.f16x2 %r1, %r2;",
        // Conversions.
        "cvt.rn.f32.s32 %f1, %r1;", "cvt.rzi.s32.f32 %r1, %f1;", "cvt.rn.f16.f32 %rs1, %f1;", "cvt.f32.f16 %f1, %rs1;", "cvt.s64.s32 %rd1, %r1;", "cvt.u16.u8 %rs1, %rs2;",
        "cvt.u16.u8 %rs1, %r2;", "cvt.s8.s32 %rs1, %r1;", "cvt.u32.u64 %r1, %rd1;", "cvt.rmi.f32.f32 %f1, %f2;", "cvt.sat.f32.f32 %f1, %f2;", "cvt.rn.bf16.f32 %rs1, %f1;", "cvt.rn.f16x2.f32 %r1, %f1, %f2;",
        "cvt.rna.tf32.f32 %r1, %f1;", "cvt.f64.f32 %fd1, %f1;", "cvt.rn.f32.f64 %f1, %fd1;", "cvt.sat.u8.s32 %r1, %r2;", "cvt.rn.relu.f16.f32 %rs1, %f1;", "cvt.u32.u32 %r1, %tid.x;",
        // Untyped registers in typed instructions, typed ones in untyped instructions.
        "add.f32 %r1, %r2, %r3;", "add.s32 %u1, %s2, %r3;", "add.u32 %s1, %u2, %r3;", "mov.b32 %f1, %r1;", "mov.b32 %r1, %f1;", "mov.f32 %f1, %r1;", "mov.b64 %fd1, %rd1;", "selp.b32 %f1, %f2, %r1, %p1;",
        "add.f16 %h1, %rs1, %h2;", "add.f16x2 %r1, %r2, %r3;", "fma.rn.bf16x2 %r1, %r2, %r3, %r4;",
        "ld.global.b32 %f1, [%rd1];", "ld.global.f32 %r1, [%rd1];", "ld.global.u8 %r1, [%rd1];", "ld.global.u8 %rd2, [%rd1];", "ld.global.u32 %rd2, [%rd1];", "ld.global.f32 %rd2, [%rd1];", "st.global.u8 [%rd1], %r1;", "st.global.u32 [%rd1], %rd2;",
        // Constants.
        "add.f32 %f1, %f2, 1.0;", "add.f32 %f1, %f2, 0f3F800000;", "mov.f32 %f1, 0fff800000;", "mov.f32 %f1, -1.5;", "mov.f32 %f1, 1e-3;", "mov.f64 %fd1, 0d3FF0000000000000;", "mov.b32 %r1, 0f3F800000;",
        "mov.u32 %r1, 017;", "mov.u32 %r1, 0b101;", "mov.u32 %r1, 5U;", "mov.u32 %r1, (3+4)*2;", "mov.u32 %r1, 0x123456789;", "mov.b16 %rs1, 0x3C00;", "add.s32 %r1, %r2, -1;", "mov.pred %p1, -1;", "mov.u32 %r1, WARP_SZ;",
        // Vectors.
        "ld.global.v4.f32 {%f1, %f1, %f2, %f3}, [%rd1];", "ld.global.v2.u16 {%rs1, %rs2}, [%rd1+8];", "st.global.v4.b32 [%rd1], {%r1, 1, -2, %r4};", "mov.b32 {%rs1, %rs2}, %r1;", "mov.b32 {%rs1, _}, %r1;", "mov.b32 %r1, {%rs1, %rs2};",
        "mov.b64 {%r1, %r2}, %rd1;", "mov.b64 %rd1, {%rs1, %rs2, %rs3, %rs4};", "ld.global.nc.v4.u32 {%r1, %r2, %r3, %r4}, [%rd1];",
        // Modifiers in any order.
        "ld.volatile.global.f32 %f1, [%rd1];", "ld.global.volatile.f32 %f1, [%rd1];", "add.s32.sat %r1, %r2, %r3;", "ld.global.L1::no_allocate.f32 %f1, [%rd1];", "ld.global.ca.f32 %f1, [%rd1];",
        "ld.acquire.gpu.global.u32 %r1, [%rd1];", "st.release.sys.global.u32 [%rd1], %r1;", "ld.relaxed.cta.shared.u32 %r1, [sdata];", "atom.global.inc.u32 %r1, [%rd1], %r2;", "atom.inc.global.u32 %r1, [%rd1], %r2;",
        // Addresses.
        "ld.shared.f32 %f1, [%r1];", "ld.shared.f32 %f1, [%rd1+-4];", "ld.shared.f32 %f1, [sdata+16];", "ld.global.u32 %r1, [gdata-0];", "ld.const.f32 %f1, [cdata+4];", "ld.local.u32 %r1, [ldata];", "ld.u32 %r1, [%rd1];", "ld.param.u32 %r1, [%rd1+4];",
        "ld.param.u64 %rd1, [pointer];", "ld.param.u32 %r1, [block+8];", "mov.b64 %rd1, block;", "mov.u64 %rd1, gdata+8;", "mov.u32 %r1, sdata;", "mov.u64 %rd1, dynamic;", "cvta.to.global.u64 %rd1, %rd2;", "cvta.shared.u64 %rd1, %rd2;",
        "cvta.global.u64 %rd1, gdata;", "mov.u64 %rd1, generic(gdata);", "isspacep.shared %p1, %rd1;", "ld.shared.v4.f32 {%f1,%f2,%f3,%f4}, [sdata+4];", "ld.param.u64 %rd1, [count];",
        // Special registers.
        "mov.u32 %r1, %tid.x;", "mov.u16 %rs1, %tid.x;", "mov.b32 %r1, %laneid;", "mov.u32 %r1, %nctaid.z;", "mov.u64 %rd1, %clock64;", "mov.u32 %r1, %lanemask_lt;", "mov.u64 %rd1, %globaltimer;",
        // Reading what nobody wrote, division by zero, and other things that are no errors of the text.
        "add.s32 %r1, %r7, %r8;", "div.s32 %r1, %r2, 0;", "{ .reg .b32 t; mov.u32 t, 1; } { .reg .b32 t; mov.u32 t, 2; }", ".reg .b32 late; mov.u32 late, 1;", ".reg .b32 plain, other; mov.u32 plain, 1;", ".pragma \"unheard of\";",
        "red.global.add.u32 [%rd1], 1;", "atom.add.f32 %f1, [%rd1], %f2;", "atom.shared.cas.b32 %r1, [sdata], %r2, %r3;", "atom.global.exch.b64 %rd1, [%rd2], %rd3;", "red.shared.max.s32 [%r1], %r2;", "atom.global.add.noftz.f16x2 %r1, [%rd1], %r2;", "atom.global.add.u32 _, [%rd1], %r2;",
        "atom.acq_rel.gpu.global.add.u32 %r1, [%rd1], 1;",
        // Branches, barriers, warps.
        "bra START;", "bra.uni START;", "@%p1 bra START;", "@!%p1 bra END; END:", "bar.sync 0;", "bar.sync 15;", "bar.sync 1, 64;", "bar.sync %r1, %r2;", "bar.arrive 1, 64;", "bar.red.popc.u32 %r1, 0, %p1;", "bar.red.and.pred %p1, 0, 64, !%p2;",
        "barrier.sync 0;", "barrier.sync.aligned 0;", "bar.warp.sync 0xffffffff;", "membar.gl;", "membar.cta;", "membar.sys;", "fence.acq_rel.gpu;", "fence.sc.sys;", "nanosleep.u32 100;", "trap;", "brkpt;", "exit;", "ret.uni;",
        "shfl.sync.bfly.b32 %r1, %r2, 16, 31, -1;", "shfl.sync.down.b32 %r1|%p1, %r2, %r3, 31, %r4;", "shfl.sync.idx.b32 %f1, %f2, 0, 31, -1;", "vote.sync.ballot.b32 %r1, %p1, -1;", "vote.sync.all.pred %p1, !%p2, %r1;", "match.any.sync.b32 %r1, %r2, -1;",
        "match.all.sync.b64 %r1|%p1, %rd1, -1;", "activemask.b32 %r1;", "redux.sync.add.s32 %r1, %r2, -1;", "redux.sync.xor.b32 %r1, %r2, -1;", "ts: .branchtargets START, END; brx.idx %r1, ts; END:",
        // Integers and bits.
        "mul.lo.s32 %r1, %r2, %r3;", "mul.hi.u32 %r1, %r2, %r3;", "mul.wide.s32 %rd1, %r2, 4;", "mul.wide.u16 %r1, %rs1, %rs2;", "mad.lo.s64 %rd1, %rd2, %rd3, %rd4;", "mad.wide.u32 %rd1, %r2, %r3, %rd4;", "mul24.lo.u32 %r1, %r2, %r3;", "mad24.hi.sat.s32 %r1, %r2, %r3, %r4;",
        "add.cc.u32 %r1, %r2, %r3;", "addc.cc.u32 %r1, %r2, %r3;", "addc.u32 %r1, %r2, %r3;", "sub.cc.u64 %rd1, %rd2, %rd3;", "subc.u64 %rd1, %rd2, %rd3;", "mad.lo.cc.u32 %r1, %r2, %r3, %r4;", "madc.hi.u32 %r1, %r2, %r3, %r4;",
        "sad.u32 %r1, %r2, %r3, %r4;", "bfe.u32 %r1, %r2, 3, 4;", "bfi.b32 %r1, %r2, %r3, 8, 8;", "bfind.shiftamt.u32 %r1, %r2;", "brev.b64 %rd1, %rd2;", "popc.b32 %r1, %r2;", "popc.b64 %r1, %rd1;", "clz.b32 %r1, %r2;", "prmt.b32 %r1, %r2, %r3, 0x5410;", "prmt.b32.f4e %r1, %r2, %r3, %r4;",
        "lop3.b32 %r1, %r2, %r3, %r4, 0xE8;", "shf.l.wrap.b32 %r1, %r2, %r3, %r4;", "shf.r.clamp.b32 %r1, %r2, %r3, 5;", "shl.b64 %rd1, %rd2, 3;", "shr.s32 %r1, %r2, 31;", "shr.b16 %rs1, %rs2, 1;", "and.pred %p1, %p2, %p3;", "not.pred %p1, %p2;", "cnot.b32 %r1, %r2;",
        "dp4a.s32.u32 %r1, %r2, %r3, %r4;", "dp2a.lo.u32.u32 %r1, %r2, %r3, %r4;", "abs.s32 %r1, %r2;", "neg.s64 %rd1, %rd2;", "min.u16 %rs1, %rs2, %rs3;", "rem.u64 %rd1, %rd2, %rd3;",
        // Floats.
        "max.f32 %f1, %f2, 0f00000000;", "min.ftz.NaN.f32 %f1, %f2, %f3;", "max.f16x2 %r1, %r2, %r3;", "abs.ftz.f32 %f1, %f2;", "neg.f16x2 %r1, %r2;", "copysign.f32 %f1, %f2, %f3;", "testp.finite.f32 %p1, %f1;", "fma.rn.relu.f16x2 %r1, %r2, %r3, %r4;", "add.rn.f64 %fd1, %fd2, %fd3;",
        "setp.lt.f32 %p1, %f1, %f2;", "setp.leu.ftz.f32 %p1|%p2, %f1, 0f00000000;", "setp.eq.and.s32 %p1, %r1, 0, !%p2;", "setp.hi.u32 %p1, %r1, %r2;", "setp.ne.b64 %p1, %rd1, 0;", "setp.gt.f16 %p1, %h1, %h2;", "setp.num.f32 %p1, %f1, %f2;",
        "set.lt.u32.f32 %r1, %f1, %f2;", "set.eq.and.f32.s32 %f1, %r1, %r2, %p1;", "slct.s32.f32 %r1, %r2, %r3, %f1;", "selp.f32 %f1, 0f3F800000, %f2, %p1;",
        // Calls.
        "{ .param .b32 a; .param .b32 b; st.param.b32 [a+0], %r1; call.uni (b), callee, (a); ld.param.b32 %r2, [b+0]; }",
    ];

    public static TheoryData<string> Refused =>
    [
        // Missing or wrong rounding.
        "fma.f32 %f1, %f2, %f3, %f4;", "mad.f32 %f1, %f2, %f3, %f4;", "div.f32 %f1, %f2, %f3;", "sqrt.f32 %f1, %f2;", "rcp.f32 %f1, %f2;", "ex2.f32 %f1, %f2;", "lg2.ftz.f32 %f1, %f2;", "add.rni.f32 %f1, %f2, %f3;", "add.rn.approx.f32 %f1, %f2, %f3;",
        "cvt.f32.s32 %f1, %r1;", "cvt.s32.f32 %r1, %f1;", "cvt.f16.f32 %rs1, %f1;", "cvt.rn.f32.f16 %f1, %rs1;", "cvt.rn.s64.s32 %rd1, %r1;", "cvt.rn.s32.f32 %r1, %f1;", "cvt.rzi.f32.s32 %f1, %r1;", "cvt.bf16.f32 %rs1, %f1;", "cvt.ftz.f64.s32 %fd1, %r1;",
        // Registers of another kind or size.
        "add.s32 %f1, %f2, %f3;", "add.s64 %rd1, %rd2, %r1;", "mov.u64 %rd1, %r1;", "mov.u32 %r1, %f1;", "ld.global.u32 %f1, [%rd1];", "add.f32 %u1, %f2, %f3;", "popc.b64 %rd1, %rd2;", "ld.global.u8 %f1, [%rd1];", "ld.global.u64 %r1, [%rd1];", "ld.global.f32 %fd1, [%rd1];",
        "and.pred %p1, %p2, %r1;", "mov.pred %p1, %r1;", "cvt.u64.u32 %r1, %r2;", "setp.lt.s32 %r1, %r2, %r3;", "selp.b32 %r1, %r2, %r3, %r4;", "mul.wide.s32 %r1, %r2, %r3;", "@%r1 bra START;", "shl.b64 %rd1, %rd2, %rd3;", "bfe.u64 %rd1, %rd2, %rd3, 4;",
        // Constants of the wrong kind.
        "add.f32 %f1, %f2, 1;", "add.s32 %r1, %r2, 1.0;", "mov.f32 %f1, 0f3F8000;", "mov.f32 %f1, 0f3F80000000;", "add.s32 %r1, %r2, 0f3F800000;", "mov.u32 %r1, 08;", "mov.u32 %r1, 0xg;", "mov.u32 %r1, (3+4;", "mov.u32 %r1, 1/0;", "mov.u32 %r1, 12ab;", "mov.u32 %r1, 0x12345678901234567;",
        "lop3.b32 %r1, %r2, %r3, %r4, 256;", "lop3.b32 %r1, %r2, %r3, %r4, %r5;", "add.s32 1, %r2, %r3;",
        // Types and modifiers an instruction has not.
        "and.u32 %r1, %r2, %r3;", "mul.s32 %r1, %r2, %r3;", "setp.lt.b32 %p1, %r1, %r2;", "neg.u32 %r1, %r2;", "add.u8 %rs1, %rs2, %rs3;", "ld.global.f16 %h1, [%rd1];", "add %r1, %r2, %r3;", "add.b32 %r1, %r2, %r3;", "shl.s32 %r1, %r2, 1;", "setp.lo.s32 %p1, %r1, %r2;", "setp.equ.s32 %p1, %r1, %r2;",
        "add.sat.u32 %r1, %r2, %r3;", "add.ftz.s32 %r1, %r2, %r3;", "fma.rn.s32 %r1, %r2, %r3, %r4;", "prmt.b64 %rd1, %rd2, %rd3, %rd4;", "mul.wide.s64 %rd1, %rd2, %rd3;", "add.f32.f32 %f1, %f2, %f3;", "add.rn.rz.f32 %f1, %f2, %f3;", "add.lo.s32 %r1, %r2, %r3;", "mov.f16 %h1, %h2;", "cvt.f32 %f1, %f2;", "setp.f32 %p1, %f1, %f2;",
        "shf.l.b32 %r1, %r2, %r3, 1;", "vote.sync.ballot.pred %p1, %p2, -1;", "redux.sync.add.b32 %r1, %r2, -1;", "bar.red.popc.pred %p1, 0, %p2;", "rsqrt.rn.f32 %f1, %f2;", "tanh.f32 %f1, %f2;", "setp.lt.f16x2 %p1, %r1, %r2;",
        // Vectors.
        "ld.global.v3.f32 {%f1, %f2, %f3}, [%rd1];", "ld.global.v4.f32 {%f1, %f2, %f3}, [%rd1];", "ld.global.v2.f32 {%f1, %f2, %f3}, [%rd1];", "ld.global.v2.f32 %f1, [%rd1];", "ld.global.f32 {%f1, %f2}, [%rd1];", "ld.global.v8.f32 {%f1,%f2,%f3,%f4,%f5,%f6,%f7,%f8}, [%rd1];",
        "ld.global.v4.u64 {%rd1, %rd2, %rd3, %rd4}, [%rd5];", "mov.b32 {%rs1, %rs2, %rs3}, %r1;", "mov.b32 {%r1, %r2}, %r3;", "mov.u32 {%rs1, %rs2}, %r1;", "mov.b32 %r1, {%rs1, _};", "ld.global.v2.f32 {%f1, _}, [%rd1];",
        // Memory.
        "ld.nc.f32 %f1, [%rd1];", "ld.volatile.global.nc.f32 %f1, [%rd1];", "st.const.f32 [%rd1], %f1;", "st.param.u32 [count], %r1;", "atom.global.sub.u32 %r1, [%rd1], %r2;", "atom.inc.s32 %r1, [%rd1], %r2;", "atom.add.b32 %r1, [%rd1], %r2;", "atom.global.add.s64 %rd1, [%rd2], %rd3;",
        "ld.global.f32 %f1, [%r1];", "ld.f32 %f1, [%r1];", "ld.global.f32 %f1, [%fd1];", "ld.global.f32 %f1, %rd1;", "ld.global.f32 %f1, [sdata];", "ld.shared.f32 %f1, [gdata];", "ld.relaxed.global.f32 %f1, [%rd1];", "ld.gpu.global.f32 %f1, [%rd1];", "ld.release.gpu.global.f32 %f1, [%rd1];", "st.acquire.gpu.global.f32 [%rd1], %f1;",
        "mov.u32 %r1, gdata;", "red.global.exch.b32 [%rd1], %r1;", "atom.cas.b32 %r1, [%rd1], %r2;", "atom.add.u32 %r1, [%rd1], %r2, %r3;", "atom.const.add.u32 %r1, [cdata], 1;", "ld.global.u32 %r1, [missing];", "ld.global.u32 %r1, [%rd1+99999999999];", "cvta.to.u64 %rd1, %rd2;", "cvta.u64 %rd1, %rd2;", "cvta.shared.u32 %r1, %r2;",
        "ld.param.u32 %r1, [gdata];", "atom.global.add.f16x2 %r1, [%rd1], %r2;",
        // Names.
        "add.s32 %r1, %r2, %r99;", "mov.u32 %q1, 1;", "bra NOWHERE;", "call nothing;", "call k;", "ld.param.u32 %r1, [missing];", ".reg .b32 %r<4>;", ".reg .b32 a; .reg .f32 a;", ".reg .b32 a; .reg .b32 %r3;", "X: X:", "START:", "{ .reg .b32 t; } mov.u32 t, 1;", "{ IN: } bra IN;",
        "add.s32 %r1, %tid.x, 1;", "mov.u32 %tid.x, %r1;", "mov.u64 %rd1, %tid.x;", "mov.u32 %r1, %tid;", "mov.u32 %r1, %tid.q;", "mov.u32 %r1, %nosuch;", "mov.f32 %f1, %tid.x;", "brx.idx %r1, nolist;", "mov.u32 %r1, %r02;",
        // Syntax.
        "add.s32 %r1, %r2;", "add.s32 %r1, %r2, %r3, %r4;", "add.s32 %r1 %r2, %r3;", "add.s32 %r1, %r2, %r3", "ret 1;", "frobnicate.b32 %r1;", "add.frob.s32 %r1, %r2, %r3;", "@ bra START;", "@!%p1;", "%r1 = 1;", ".frob 1;", "add.s32 %r1, %r2, %r3}", "{", "ld.global.f32 %f1, [%rd1;", "mov.u32 %r1, ;", "\"text\";", "#", "/* no end",
        // Barriers and warps.
        "bar.sync 16;", "bar.sync 0, 33;", "bar.sync -1;", "bar.sync 0, 2048;", "bar.arrive 1;", "bar.red.and.pred %p1, 0;", "bar.frob 0;", "shfl.bfly.b32 %r1, %r2, 16, 31;", "vote.ballot.b32 %r1, %p1;", "shfl.sync.b32 %r1, %r2, 1, 31, -1;", "shfl.sync.bfly.b32 %r1, %r2, 16, 31;", "membar.frob;", "match.any.sync.b32 %r1|%p1, %r2, -1;",
        // Calls.
        "{ .param .b32 a; call.uni callee, (a); }", "{ .param .b32 a; .param .b64 b; call.uni (a), callee, (b); }", "{ .param .b32 a; call.uni (a), callee; }", "{ .param .b32 a; call.uni (a), callee, (a, a); }", "call.uni (nothing), callee, (nothing);",
    ];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_the_assembler_takes_is_accepted(string body) => Assert.NotEmpty(PtxText.ParseKernel(body, "sm_80", "7.4").Kernels);

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_the_assembler_refuses_is_refused(string body)
    {
        PtxParseException refusal = Assert.Throws<PtxParseException>(() => PtxText.ParseKernel(body, "sm_80", "7.4"));

        Assert.Equal(PtxErrorKind.Syntax, refusal.Kind);
        Assert.InRange(refusal.Line, PtxText.BodyLine, PtxText.BodyLine + 3);
        Assert.StartsWith($"test: line {refusal.Line}, column {refusal.Column}: ", refusal.Message, StringComparison.Ordinal);
    }
}
