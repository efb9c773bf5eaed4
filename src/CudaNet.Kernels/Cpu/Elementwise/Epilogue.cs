using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// What happens to a value after its sum: bias, batch norm as scale and shift (one fused multiply-add), residual, ReLU, in that order. Each stage that
/// has a destination is stored on the way; the arithmetic is the same whether it has or not. Null pointers mean absent. Constants are padded to
/// blocks of 16 channels; the residual and every destination lie alike, so one offset serves all.
/// </summary>
internal unsafe struct Epilogue
{
    public float* Bias;
    public float* Scale;
    public float* Shift;
    public float* Residual;
    public bool Relu;

    public float* RawTo;
    public float* NormTo;
    public float* SumTo;
    public float* ReluTo;

    /// <summary>Where the value of <c>convolution + bn [+ add] [+ relu]</c> goes when none is stored on the way; null for every other epilogue.</summary>
    private readonly float* PlainTo =>
        Bias != null || RawTo != null || Scale == null ? null
        : Residual == null ? (NormTo == null) == Relu ? Relu ? ReluTo : NormTo : null
        : NormTo == null && (SumTo == null) == Relu ? Relu ? ReluTo : SumTo
        : null;

    /// <summary>Finishes one vector.</summary>
    /// <param name="value">The sum, or the stored value that an elementwise step begins with.</param>
    /// <param name="channel">Channel of its first lane.</param>
    /// <param name="offset">Element offset of its first lane in the residual and in every destination.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<T>(T value, nint channel, nint offset)
        where T : unmanaged, ISimd<T>
    {
        if (Bias != null)
        {
            value = T.Add(value, T.Load(Bias + channel));
        }

        if (RawTo != null)
        {
            T.Store(value, RawTo + offset);
        }

        if (Scale != null)
        {
            value = T.MultiplyAdd(value, T.Load(Scale + channel), T.Load(Shift + channel));
            if (NormTo != null)
            {
                T.Store(value, NormTo + offset);
            }
        }

        if (Residual != null)
        {
            value = T.Add(value, T.Load(Residual + offset));
            if (SumTo != null)
            {
                T.Store(value, SumTo + offset);
            }
        }

        if (Relu)
        {
            value = T.Relu(value);
            if (ReluTo != null)
            {
                T.Store(value, ReluTo + offset);
            }
        }
    }

    /// <summary>Finishes one vector of channels of a rectangle of pixels.</summary>
    /// <param name="values">The sums, one behind the other in a row.</param>
    /// <param name="nextRow">Elements from row to row of them.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="channel">Channel of the first lane.</param>
    /// <param name="offset">Element offset of the first pixel's first lane in the residual and in every destination.</param>
    /// <param name="rowStride">Elements from row to row there.</param>
    public readonly void ApplyTile<T>(float* values, nint nextRow, int height, int width, nint channel, nint offset, nint rowStride)
        where T : unmanaged, ISimd<T>
    {
        float* plain = PlainTo;
        for (int row = 0; row < height; row++, values += nextRow, offset += rowStride)
        {
            if (plain != null)
            {
                ApplyPlain<T>(values, width, channel, offset, plain);
                continue;
            }

            for (int x = 0; x < width; x++)
            {
                Apply(T.Load(values + (x * T.Count)), channel, offset + (x * BlockedImage.BlockChannels));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void ApplyPlain<T>(float* values, int width, nint channel, nint offset, float* to)
        where T : unmanaged, ISimd<T>
    {
        T scale = T.Load(Scale + channel);
        T shift = T.Load(Shift + channel);
        float* residual = Residual;
        bool relu = Relu;
        for (float* end = values + (width * T.Count); values < end; values += T.Count, offset += BlockedImage.BlockChannels)
        {
            T value = T.MultiplyAdd(T.Load(values), scale, shift);
            value = residual == null ? value : T.Add(value, T.Load(residual + offset));
            T.Store(relu ? T.Relu(value) : value, to + offset);
        }
    }
}
