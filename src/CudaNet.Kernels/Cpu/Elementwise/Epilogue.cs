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

    /// <summary>The stage that it ends with.</summary>
    public readonly EpilogueStage LastStage => Relu ? EpilogueStage.Relu : Residual != null ? EpilogueStage.Sum : Scale != null ? EpilogueStage.Norm : EpilogueStage.Raw;

    /// <summary>Where the last stage is stored; null where it is not.</summary>
    public readonly float* Last
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Relu ? ReluTo : Residual != null ? SumTo : Scale != null ? NormTo : RawTo;
    }

    /// <summary>Whether the last stage is stored, and no other.</summary>
    public readonly bool StoresOnce
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Last != null && (RawTo == null || RawTo == Last) && (NormTo == null || NormTo == Last) && (SumTo == null || SumTo == Last);
    }

    /// <summary>Where a stage is stored; null where it is not.</summary>
    public readonly float* To(EpilogueStage stage) => stage switch
    {
        EpilogueStage.Raw => RawTo,
        EpilogueStage.Norm => NormTo,
        EpilogueStage.Sum => SumTo,
        _ => ReluTo,
    };

    /// <summary>The same, which stores a stage there.</summary>
    public readonly Epilogue Storing(EpilogueStage stage, float* to)
    {
        Epilogue other = this;
        switch (stage)
        {
            case EpilogueStage.Raw:
                other.RawTo = to;
                break;
            case EpilogueStage.Norm:
                other.NormTo = to;
                break;
            case EpilogueStage.Sum:
                other.SumTo = to;
                break;
            default:
                other.ReluTo = to;
                break;
        }

        return other;
    }

    /// <summary>What there is up to a stage, which is stored there.</summary>
    public readonly Epilogue Until(EpilogueStage stage, float* to)
    {
        Epilogue other = this;
        if (stage < EpilogueStage.Norm)
        {
            other.Scale = other.Shift = other.NormTo = null;
        }

        if (stage < EpilogueStage.Sum)
        {
            other.Residual = other.SumTo = null;
        }

        if (stage < EpilogueStage.Relu)
        {
            other.Relu = false;
            other.ReluTo = null;
        }

        return other.Storing(stage, to);
    }

    /// <summary>What there is from a stage's value on, which it stores as what it begins with where that stage is stored.</summary>
    public readonly Epilogue After(EpilogueStage stage)
    {
        Epilogue other = this;
        other.Bias = null;
        other.RawTo = To(stage);
        if (stage >= EpilogueStage.Norm)
        {
            other.Scale = other.Shift = other.NormTo = null;
        }

        if (stage >= EpilogueStage.Sum)
        {
            other.Residual = other.SumTo = null;
        }

        return other;
    }

    /// <summary>Finishes one vector.</summary>
    /// <param name="value">The sum, or the stored value that an elementwise step begins with.</param>
    /// <param name="channel">Channel of its first lane.</param>
    /// <param name="offset">Element offset of its first lane in the residual and in every destination.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<T>(T value, nint channel, nint offset)
        where T : unmanaged, ISimd<T>
    {
        Load(channel, out T bias, out T scale, out T shift);
        Finish(value, bias, scale, shift, offset);
    }

    /// <summary>Finishes one or two vectors of channels at several pixels.</summary>
    /// <param name="values">The sums, [pixel][outputs].</param>
    /// <param name="outputs">One or two vectors.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="channel">Channel of the first lane.</param>
    /// <param name="start">What the first vector's offsets count from.</param>
    /// <param name="second">The same of the second vector.</param>
    /// <param name="offsets">Of each pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void ApplyAll<T>(float* values, int outputs, int pixels, nint channel, nint start, nint second, nint* offsets)
        where T : unmanaged, ISimd<T>
    {
        bool isWide = outputs > T.Count;
        Load(channel, out T bias, out T scale, out T shift);
        Load(isWide ? channel + T.Count : channel, out T bias1, out T scale1, out T shift1);
        if (OneStore<T>.Of(this, out OneStore<T> store))
        {
            // A loop of its own: asked at every value, as a tile does, pointwise layers took 3 % longer.
            for (int i = 0; i < pixels; i++, values += outputs)
            {
                store.Finish(T.Load(values), bias, scale, shift, start + offsets[i]);
                if (isWide)
                {
                    store.Finish(T.Load(values + T.Count), bias1, scale1, shift1, second + offsets[i]);
                }
            }

            return;
        }

        for (int i = 0; i < pixels; i++, values += outputs)
        {
            Finish(T.Load(values), bias, scale, shift, start + offsets[i]);
            if (isWide)
            {
                Finish(T.Load(values + T.Count), bias1, scale1, shift1, second + offsets[i]);
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void ApplyTile<T>(float* values, nint nextRow, int height, int width, nint channel, nint offset, nint rowStride)
        where T : unmanaged, ISimd<T>
    {
        Load(channel, out T bias, out T scale, out T shift);
        bool storesOnce = OneStore<T>.Of(this, out OneStore<T> store);
        for (int row = 0; row < height; row++, values += nextRow, offset += rowStride)
        {
            for (int x = 0; x < width; x++)
            {
                nint pixel = offset + (x * BlockedImage.BlockChannels);
                T value = T.Load(values + (x * T.Count));
                if (storesOnce)
                {
                    store.Finish(value, bias, scale, shift, pixel);
                }
                else
                {
                    Finish(value, bias, scale, shift, pixel);
                }
            }
        }
    }

    /// <summary>The constants of one vector of channels; those that are absent are not used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Load<T>(nint channel, out T bias, out T scale, out T shift)
        where T : unmanaged, ISimd<T>
    {
        bias = Bias == null ? default : T.Load(Bias + channel);
        scale = Scale == null ? default : T.Load(Scale + channel);
        shift = Scale == null ? default : T.Load(Shift + channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Finish<T>(T value, T bias, T scale, T shift, nint offset)
        where T : unmanaged, ISimd<T>
    {
        if (Bias != null)
        {
            value = T.Add(value, bias);
        }

        if (RawTo != null)
        {
            T.Store(value, RawTo + offset);
        }

        if (Scale != null)
        {
            value = T.MultiplyAdd(value, scale, shift);
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
}
