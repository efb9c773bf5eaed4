using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>What every launcher tests before a kernel sees it. Success costs a comparison; messages are made out of line.</summary>
internal static class LaunchChecks
{
    private const int MaxGridY = 65535;

    /// <summary>Kernels count elements in 32 bits, and images along an axis of the grid that ends at 65535.</summary>
    public static void RequireCountable(TensorShape shape)
    {
        if (shape.ElementCount > int.MaxValue || shape.Batch > MaxGridY)
        {
            ThrowUncountable(shape.ToString());
        }
    }

    /// <inheritdoc cref="RequireCountable(TensorShape)"/>
    public static void RequireCountable(int batch, int channels, int plane)
    {
        if ((long)channels * plane > int.MaxValue || (long)channels * plane * batch > int.MaxValue || batch > MaxGridY)
        {
            ThrowUncountable($"{batch}×{channels}×{plane}");
        }
    }

    /// <inheritdoc cref="RequireCountable(TensorShape)"/>
    public static void RequireCountable(int rows, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if ((long)rows * length > int.MaxValue || rows > MaxGridY)
        {
            ThrowUncountable($"{rows}×{length}");
        }
    }

    /// <summary>An extent with its padding is counted in 31 bits.</summary>
    public static void RequireCountableExtent(int extent, int before, int behind)
    {
        if ((long)extent + before + behind > int.MaxValue)
        {
            ThrowUncountable($"An extent of {extent} padded by {before} and {behind}");
        }
    }

    /// <summary>The buffer holds so many values and begins at a multiple of a value's size.</summary>
    public static void RequireValues(this DeviceSlice slice, long count, int valueBytes, [CallerArgumentExpression(nameof(slice))] string name = "")
    {
        if (slice.Bytes < count * valueBytes || slice.Address.Value % (uint)valueBytes != 0)
        {
            ThrowUnfit(slice, count, valueBytes, name);
        }
    }

    public static int CeilingDivide(int count, int by) => (count - 1) / by + 1;

    [DoesNotReturn]
    private static void ThrowUncountable(string shape) =>
        throw new ShapeException($"{shape} is too large for a kernel, which takes 2³¹ − 1 elements and {MaxGridY} images or rows");

    [DoesNotReturn]
    private static void ThrowUnfit(DeviceSlice slice, long count, int valueBytes, string name) =>
        throw new ArgumentException(slice.Bytes < count * valueBytes
            ? $"{name} is {slice}; {count} values of {valueBytes} bytes need {count * valueBytes}"
            : $"{name} is {slice}; the address of values of {valueBytes} bytes is a multiple of {valueBytes}", name);
}
