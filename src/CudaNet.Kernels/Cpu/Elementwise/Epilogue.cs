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
            value = T.Max(value, T.Broadcast(0));
            if (ReluTo != null)
            {
                T.Store(value, ReluTo + offset);
            }
        }
    }
}
