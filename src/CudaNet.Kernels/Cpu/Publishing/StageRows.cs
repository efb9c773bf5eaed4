using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Neighbouring pixels of some channels, and where each stage of them goes: to where it is stored, with the halo between rows, or to a buffer without. Every stage goes somewhere, so
/// that loops ask nothing at a value.
/// </summary>
internal unsafe struct StageRows
{
    /// <summary>The first pixel's value of the stage that the epilogue begins with; likewise below.</summary>
    public float* Values;

    public float* Residual;
    public float* Raw;
    public float* Norm;
    public float* Sum;
    public float* Relu;

    /// <summary>Elements between the rows of what is stored; 0 in a buffer.</summary>
    public nint Gap;
    public nint RawGap;
    public nint NormGap;
    public nint SumGap;

    private interface IFlag
    {
        static abstract bool IsSet { get; }
    }

    /// <summary>Does what an epilogue without bias does, the stages that it has being known when its loop is compiled.</summary>
    /// <param name="epilogue">What happens to the values; where is said here.</param>
    /// <param name="x">The first pixel's column.</param>
    /// <param name="width">Of the image.</param>
    /// <param name="pixels">How many, row by row.</param>
    /// <param name="lanes">Of each.</param>
    /// <param name="channel">The first lane's.</param>
    public readonly void Apply<T>(in Epilogue epilogue, int x, int width, int pixels, int lanes, nint channel)
        where T : unmanaged, ISimd<T>
    {
        switch (epilogue.Scale != null, epilogue.Residual != null, epilogue.Relu)
        {
            case (false, false, false):
                break;
            case (false, false, true):
                Apply<T, No, No, Yes>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (false, true, false):
                Apply<T, No, Yes, No>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (false, true, true):
                Apply<T, No, Yes, Yes>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (true, false, false):
                Apply<T, Yes, No, No>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (true, false, true):
                Apply<T, Yes, No, Yes>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (true, true, false):
                Apply<T, Yes, Yes, No>(epilogue, x, width, pixels, lanes, channel);
                break;
            case (true, true, true):
                Apply<T, Yes, Yes, Yes>(epilogue, x, width, pixels, lanes, channel);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Apply<T, TScale, TResidual, TRelu>(in Epilogue epilogue, int x, int width, int pixels, int lanes, nint channel)
        where T : unmanaged, ISimd<T>
        where TScale : struct, IFlag
        where TResidual : struct, IFlag
        where TRelu : struct, IFlag
    {
        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            epilogue.Load(channel + lane, out T _, out T scale, out T shift);
            float* values = Values + lane, residual = Residual + lane;
            float* raw = Raw + lane, norm = Norm + lane, sum = Sum + lane, relu = Relu + lane;
            int count = Math.Min(width - x, pixels);
            for (int rest = pixels; rest > 0; rest -= count, count = Math.Min(width, rest))
            {
                nint end = count * (nint)BlockedImage.BlockChannels;
                for (nint pixel = 0; pixel < end; pixel += BlockedImage.BlockChannels)
                {
                    T value = T.Load(values + pixel);
                    T.Store(value, raw + pixel);
                    if (TScale.IsSet)
                    {
                        value = T.MultiplyAdd(value, scale, shift);
                        T.Store(value, norm + pixel);
                    }

                    if (TResidual.IsSet)
                    {
                        value = T.Add(value, T.Load(residual + pixel));
                        T.Store(value, sum + pixel);
                    }

                    if (TRelu.IsSet)
                    {
                        T.Store(T.Relu(value), relu + pixel);
                    }
                }

                values += end + Gap;
                residual += end + Gap;
                raw += end + RawGap;
                norm += end + NormGap;
                sum += end + SumGap;
                relu += end + Gap;
            }
        }
    }

    private readonly struct Yes : IFlag
    {
        public static bool IsSet => true;
    }

    private readonly struct No : IFlag
    {
        public static bool IsSet => false;
    }
}
