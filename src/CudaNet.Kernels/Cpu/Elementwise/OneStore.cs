using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>An <see cref="Epilogue"/> that stores its last stage alone, as nearly all do: what it depends on is in registers, not asked for at every value.</summary>
internal readonly unsafe struct OneStore<T>
    where T : unmanaged, ISimd<T>
{
    private readonly float* _residual;
    private readonly float* _to;
    private readonly bool _hasBias;
    private readonly bool _hasScale;
    private readonly bool _hasRelu;

    private OneStore(in Epilogue epilogue, float* to)
    {
        _residual = epilogue.Residual;
        _to = to;
        _hasBias = epilogue.Bias != null;
        _hasScale = epilogue.Scale != null;
        _hasRelu = epilogue.Relu;
    }

    /// <summary>False where another stage is stored too, or the last is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Of(in Epilogue epilogue, out OneStore<T> store)
    {
        store = new OneStore<T>(epilogue, epilogue.Last);
        return epilogue.StoresOnce;
    }

    /// <summary>Finishes one vector.</summary>
    /// <param name="value">The sum.</param>
    /// <param name="bias">Of its channels; not used where there is none, likewise below.</param>
    /// <param name="scale">Of the batch norm.</param>
    /// <param name="shift">Of the batch norm.</param>
    /// <param name="offset">Element offset of its first lane in the residual and in the destination.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Finish(T value, T bias, T scale, T shift, nint offset)
    {
        value = _hasBias ? T.Add(value, bias) : value;
        value = _hasScale ? T.MultiplyAdd(value, scale, shift) : value;
        value = _residual != null ? T.Add(value, T.Load(_residual + offset)) : value;
        T.Store(_hasRelu ? T.Relu(value) : value, _to + offset);
    }

    /// <summary>The same for one vector of channels at four neighbouring pixels, which are asked once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Finish(T value0, T value1, T value2, T value3, T bias, T scale, T shift, nint offset)
    {
        if (_hasBias)
        {
            value0 = T.Add(value0, bias);
            value1 = T.Add(value1, bias);
            value2 = T.Add(value2, bias);
            value3 = T.Add(value3, bias);
        }

        if (_hasScale)
        {
            value0 = T.MultiplyAdd(value0, scale, shift);
            value1 = T.MultiplyAdd(value1, scale, shift);
            value2 = T.MultiplyAdd(value2, scale, shift);
            value3 = T.MultiplyAdd(value3, scale, shift);
        }

        if (_residual != null)
        {
            float* residual = _residual + offset;
            value0 = T.Add(value0, T.Load(residual));
            value1 = T.Add(value1, T.Load(residual + BlockedImage.BlockChannels));
            value2 = T.Add(value2, T.Load(residual + (2 * BlockedImage.BlockChannels)));
            value3 = T.Add(value3, T.Load(residual + (3 * BlockedImage.BlockChannels)));
        }

        if (_hasRelu)
        {
            value0 = T.Relu(value0);
            value1 = T.Relu(value1);
            value2 = T.Relu(value2);
            value3 = T.Relu(value3);
        }

        float* to = _to + offset;
        T.Store(value0, to);
        T.Store(value1, to + BlockedImage.BlockChannels);
        T.Store(value2, to + (2 * BlockedImage.BlockChannels));
        T.Store(value3, to + (3 * BlockedImage.BlockChannels));
    }
}
