using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>An <see cref="Epilogue"/> that stores its last stage alone, as nearly all do: what it depends on is in registers, not asked for at every value.</summary>
internal readonly unsafe ref struct OneStore<T>
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
        float* last = epilogue.Relu ? epilogue.ReluTo : epilogue.Residual != null ? epilogue.SumTo : epilogue.Scale != null ? epilogue.NormTo : epilogue.RawTo;
        store = new OneStore<T>(epilogue, last);
        return last != null
            && (epilogue.RawTo == null || epilogue.RawTo == last)
            && (epilogue.NormTo == null || epilogue.NormTo == last)
            && (epilogue.SumTo == null || epilogue.SumTo == last);
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
}
