using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

public sealed class ConversionTests
{
    private static readonly float[] Floats =
    [
        0, -0f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 0.99f, 127.5f, 128, -128.5f, 255, 256, 65535.5f, 2147483520, 2147483648, -2147483648, 4294967040, 4294967296,
        9e18f, 1e19f, -1e19f, 2e19f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, 1e-30f, 65504, 65519, 65520, 6e-8f, 3e-8f,
    ];

    private static ulong[] Bits() => [.. Floats.Select(value => (ulong)BitConverter.SingleToUInt32Bits(value))];

    private static void Check(string instruction, int result, int source, ulong[] values, Func<ulong, ulong> expected)
    {
        ulong[] actual = Interpreter.Evaluate(instruction, [result, source], values);
        for (int at = 0; at < values.Length; at++)
        {
            Assert.True(expected(values[at]) == actual[at], $"{instruction} 0x{values[at]:x}: expected 0x{expected(values[at]):x}, got 0x{actual[at]:x}");
        }
    }

    private static float Of(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    [Fact]
    public void Floats_become_the_nearest_integer_there_is_and_NaN_zero()
    {
        Check("cvt.rzi.s32.f32 %z, %a;", 32, 32, Bits(), a => (uint)(int)Math.Clamp(Number(a, Math.Truncate), int.MinValue, int.MaxValue));
        Check("cvt.rni.u32.f32 %z, %a;", 32, 32, Bits(), a => (uint)Math.Clamp(Number(a, Math.Round), 0, uint.MaxValue));
        Check("cvt.rmi.s64.f32 %z, %a;", 64, 32, Bits(), a => (ulong)long.CreateSaturating(Number(a, Math.Floor)));
        Check("cvt.rpi.u64.f32 %z, %a;", 64, 32, Bits(), a => ulong.CreateSaturating(Number(a, Math.Ceiling)));
        Check("cvt.rzi.s16.f32 %z, %a;", 16, 32, Bits(), a => (ushort)(short)Math.Clamp(Number(a, Math.Truncate), short.MinValue, short.MaxValue));
        Check("cvt.rzi.u8.f32 %r40, %a; mov.b32 %z, %r40;", 32, 32, Bits(), a => (byte)Math.Clamp(Number(a, Math.Truncate), 0, 255));
    }

    private static double Number(ulong bits, Func<double, double> round) => float.IsNaN(Of(bits)) ? 0 : round(Of(bits));

    [Fact]
    public void Floats_are_rounded_to_integral_floats()
    {
        static ulong To(float value) => float.IsNaN(value) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits(value);
        Check("cvt.rmi.f32.f32 %z, %a;", 32, 32, Bits(), a => To(MathF.Floor(Of(a))));
        Check("cvt.rni.f32.f32 %z, %a;", 32, 32, Bits(), a => To(MathF.Round(Of(a))));
        Check("cvt.rzi.f32.f32 %z, %a;", 32, 32, Bits(), a => To(MathF.Truncate(Of(a))));
        Check("cvt.rpi.f32.f32 %z, %a;", 32, 32, Bits(), a => To(MathF.Ceiling(Of(a))));
        Check("cvt.sat.f32.f32 %z, %a;", 32, 32, Bits(), a => To(Of(a) > 0 ? MathF.Min(Of(a), 1) : 0));
    }

    [Fact]
    public void Integers_are_extended_truncated_and_saturated()
    {
        ulong[] values = [0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];
        Check("cvt.s64.s32 %z, %a;", 64, 32, values, a => (ulong)(long)(int)a);
        Check("cvt.u64.u32 %z, %a;", 64, 32, values, a => a);
        Check("cvt.s32.s8 %z, %a;", 32, 32, values, a => (uint)(sbyte)a);
        Check("cvt.u32.u16 %z, %a;", 32, 32, values, a => (ushort)a);
        Check("cvt.sat.u8.s32 %z, %a;", 32, 32, values, a => (ulong)Math.Clamp((int)a, 0, 255));
        Check("cvt.sat.s16.u32 %z, %a;", 32, 32, values, a => Math.Min(a, 32767));
    }

    [Fact]
    public void Integers_of_64_bits_are_rounded_once()
    {
        ulong[] values = [0, 1, 0x0100_0001, 0x0100_0003, 0x8000_0080_0000_0001, 0x8000_0080_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x7FFF_FFBF_FFFF_FFFF, 0x7FFF_FFC0_0000_0000];
        Check("cvt.rn.f32.u64 %z, %a;", 32, 64, values, a => BitConverter.SingleToUInt32Bits(float.Parse(a.ToString(), System.Globalization.CultureInfo.InvariantCulture)));
        Check("cvt.rn.f32.s64 %z, %a;", 32, 64, values, a => BitConverter.SingleToUInt32Bits(float.Parse(((long)a).ToString(), System.Globalization.CultureInfo.InvariantCulture)));
        Check("cvt.rn.f64.u64 %z, %a;", 64, 64, values, a => BitConverter.DoubleToUInt64Bits(double.Parse(a.ToString(), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Halves_and_singles_become_each_other()
    {
        ulong[] halves = [.. Enumerable.Range(0, 65536).Select(at => (ulong)at)];
        Check("cvt.f32.f16 %z, %a;", 32, 16, halves, a =>
            Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)a)) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)a)));
        Check("cvt.rn.f16.f32 %z, %a;", 16, 32, Bits(), a => float.IsNaN(Of(a)) ? 0x7FFFul : BitConverter.HalfToUInt16Bits((Half)Of(a)));
        Check("cvt.rz.f16.f32 %z, %a;", 16, 32, Bits(), a => float.IsNaN(Of(a)) ? 0x7FFFul : TowardsZero(Of(a)));
    }

    private static ulong TowardsZero(float value)
    {
        Half half = (Half)value;
        if (Math.Abs((float)half) > Math.Abs(value))
        {
            half = value > 0 ? Half.BitDecrement(half) : Half.BitIncrement(half);
        }

        return BitConverter.HalfToUInt16Bits(half);
    }
}
