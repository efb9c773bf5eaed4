namespace CudaNet.Kernels.Cpu;

/// <summary>For how many tiles <see cref="FewTilesKernel{TVariant}"/> multiplies each of two points: constants of the compiled method.</summary>
internal interface ITileCounts
{
    static abstract int First { get; }

    static abstract int Second { get; }
}

internal readonly struct FourAndFour : ITileCounts
{
    public static int First => 4;

    public static int Second => 4;
}

internal readonly struct FourAndTwo : ITileCounts
{
    public static int First => 4;

    public static int Second => 2;
}

internal readonly struct TwoAndTwo : ITileCounts
{
    public static int First => 2;

    public static int Second => 2;
}
