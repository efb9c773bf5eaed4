namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The transforms of one of Winograd's minimal filtering algorithms F(m×m, r×r) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015):
/// outputs = Aᵀ [ (G filter Gᵀ) ⊙ (Bᵀ pixels B) ] A. Each member transforms as many channels as a vector has lanes, in fp32, in an order that is the same at every width.
/// </summary>
internal unsafe interface IWinograd
{
    /// <summary>Products of a tile: <see cref="Inputs"/> squared.</summary>
    static abstract int Points { get; }

    /// <summary>Weights along a side of the filter.</summary>
    static abstract int Taps { get; }

    /// <summary>Pixels along a side of what a tile reads.</summary>
    static abstract int Inputs { get; }

    /// <summary>Pixels along a side of what a tile computes.</summary>
    static abstract int Outputs { get; }

    /// <summary>Whether an image may end in tiles that compute a row or a column less: their last outputs alone depend on the last row and column of points.</summary>
    static abstract bool HasNarrowTiles { get; }

    /// <summary>The second and third row of a 3×3 filter's G; the first and last take the first and last weight as they are.</summary>
    static abstract FilterPair FirstPair { get; }

    /// <summary>The fourth and fifth row of G, where it has six.</summary>
    static abstract FilterPair SecondPair { get; }

    /// <summary>Bᵀ pixels B.</summary>
    /// <param name="pixels">The first of <see cref="Inputs"/> rows of as many pixels, 16 values from one to the next.</param>
    /// <param name="row">Elements from row to row.</param>
    /// <param name="spared">The points that are not needed: they are undefined, and of the pixels neither the last row nor the last column is read for them.</param>
    /// <param name="buffer">Room for <see cref="Points"/> vectors.</param>
    /// <param name="transformed">Where the first point goes.</param>
    /// <param name="point">Elements from point to point.</param>
    static abstract void TransformPixels<T>(float* pixels, nint row, SparedPoints spared, float* buffer, float* transformed, nint point)
        where T : unmanaged, ISimd<T>;

    /// <summary>The points of one row of G filter Gᵀ.</summary>
    /// <param name="row">From 0 to <see cref="Inputs"/> − 1.</param>
    /// <param name="taps">The first of <see cref="Taps"/> squared weights, row by row.</param>
    /// <param name="tap">Elements from one to the next.</param>
    /// <param name="vectors">How many vectors, one behind the other.</param>
    /// <param name="transformed">Where the row's first point goes.</param>
    /// <param name="point">Elements from point to point.</param>
    static abstract void TransformFilterRow<T>(int row, float* taps, nint tap, int vectors, float* transformed, nint point)
        where T : unmanaged, ISimd<T>;

    /// <summary>Aᵀ products A.</summary>
    /// <param name="products">The first point.</param>
    /// <param name="point">Elements from point to point.</param>
    /// <param name="buffer">Room for <see cref="Points"/> vectors.</param>
    /// <param name="target">Takes <see cref="Outputs"/> squared vectors.</param>
    /// <returns>The sum of all that the target has, lane by lane: finite only where every one is.</returns>
    static abstract T TransformProducts<T, TTarget>(float* products, nint point, float* buffer, in TTarget target)
        where T : unmanaged, ISimd<T>
        where TTarget : struct, ITileTarget<T>;
}
