using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Emulator.Arithmetic;

/// <summary>Arithmetic over float or double in code written once for both; each test of the type is decided when the code is compiled.</summary>
internal static class Real
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T From<T>(float value)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(value) : Unsafe.BitCast<double, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T From<T>(double value)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>((float)value) : Unsafe.BitCast<double, T>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble<T>(T value)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.BitCast<T, float>(value) : Unsafe.BitCast<T, double>(value);

    /// <summary>x·y + z, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z)
        where T : unmanaged => typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();
}
