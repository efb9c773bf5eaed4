namespace CudaNet.Kernels.Cpu;

/// <summary>
/// A vector of fp32 lanes as the kernels see it. Kernels are generic over this, so there is one source for every width: the JIT and NativeAOT
/// compile each kernel once a width, with these members inlined. Pointers need no alignment.
/// </summary>
internal unsafe interface ISimd<TSelf>
    where TSelf : unmanaged, ISimd<TSelf>
{
    /// <summary>Lanes; divides 16, the channel block of stored values.</summary>
    static abstract int Count { get; }

    /// <summary>Vector registers of the processor, 16 or 32: how many sums a kernel keeps in them.</summary>
    static abstract int Registers { get; }

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* destination);

    static abstract TSelf Broadcast(float value);

    static abstract TSelf Add(TSelf left, TSelf right);

    static abstract TSelf Subtract(TSelf left, TSelf right);

    static abstract TSelf Multiply(TSelf left, TSelf right);

    /// <summary>addend − left · right, rounded once.</summary>
    static abstract TSelf NegateMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>Whether every lane is finite.</summary>
    static abstract bool IsFinite(TSelf value);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>sum + left · right, rounded once. Loops add so, not by <see cref="MultiplyAdd"/>: the JIT then keeps the sum in its register, and saves a move a product.</summary>
    static abstract void Accumulate(ref TSelf sum, TSelf left, TSelf right);

    /// <summary>Itself where it is above zero or NaN, otherwise +0.</summary>
    static abstract TSelf Relu(TSelf value);

    /// <summary>The larger; NaN where either is NaN.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>Lane i gets lane <c>lanes[i]</c> of the value.</summary>
    /// <param name="value">The vector.</param>
    /// <param name="lanes"><see cref="Count"/> lanes of it.</param>
    static abstract TSelf Permute(TSelf value, int* lanes);

    /// <summary>Transposes <see cref="Count"/> vectors, which lie <paramref name="stride"/> elements apart, to rows <paramref name="rowStride"/> elements apart.</summary>
    /// <param name="source">The first vector.</param>
    /// <param name="stride">Between vectors.</param>
    /// <param name="destination">The first row: first lanes of all vectors.</param>
    /// <param name="rowStride">Between rows.</param>
    /// <param name="streams">
    /// Whether vectors of whole cache lines, to which rows are aligned then, go past the caches; narrower ones, which would leave lines open, do not. Other threads see them once
    /// this one has changed a value by <see cref="Interlocked"/>.
    /// </param>
    static abstract void Transpose(float* source, nint stride, float* destination, nint rowStride, bool streams);
}
