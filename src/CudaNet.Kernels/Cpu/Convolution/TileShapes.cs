namespace CudaNet.Kernels.Cpu;

/// <summary>Rows of a tile, known when its kernel is compiled.</summary>
internal interface ITileHeight
{
    static abstract int Rows { get; }
}

/// <summary>What a row of a tile is multiplied by, known when its kernel is compiled.</summary>
internal interface ITileWidth
{
    /// <summary>Vectors of outputs of a panel.</summary>
    static abstract int PanelVectors { get; }

    static abstract bool HasTwoPanels { get; }

    /// <summary>Whether there are <see cref="TileKernel.Rows"/> rows between a row and its twin, which takes the registers that a second panel would.</summary>
    static abstract bool IsTall { get; }
}

/// <summary>None: a point that no tile needs.</summary>
internal readonly struct Height0 : ITileHeight
{
    public static int Rows => 0;
}

internal readonly struct Height1 : ITileHeight
{
    public static int Rows => 1;
}

internal readonly struct Height2 : ITileHeight
{
    public static int Rows => 2;
}

internal readonly struct Height3 : ITileHeight
{
    public static int Rows => 3;
}

internal readonly struct Height4 : ITileHeight
{
    public static int Rows => 4;
}

internal readonly struct Height5 : ITileHeight
{
    public static int Rows => 5;
}

internal readonly struct Height6 : ITileHeight
{
    public static int Rows => 6;
}

/// <summary>A panel of one vector.</summary>
internal readonly struct OneVector : ITileWidth
{
    public static int PanelVectors => 1;

    public static bool HasTwoPanels => false;

    public static bool IsTall => false;
}

/// <summary>A panel of two.</summary>
internal readonly struct TwoVectors : ITileWidth
{
    public static int PanelVectors => 2;

    public static bool HasTwoPanels => false;

    public static bool IsTall => false;
}

/// <summary>Two panels of two.</summary>
internal readonly struct TwoPanels : ITileWidth
{
    public static int PanelVectors => 2;

    public static bool HasTwoPanels => true;

    public static bool IsTall => false;
}

/// <summary>A panel of one vector by twice as many rows.</summary>
internal readonly struct TallOneVector : ITileWidth
{
    public static int PanelVectors => 1;

    public static bool HasTwoPanels => false;

    public static bool IsTall => true;
}

/// <summary>A panel of two by twice as many rows.</summary>
internal readonly struct TallTwoVectors : ITileWidth
{
    public static int PanelVectors => 2;

    public static bool HasTwoPanels => false;

    public static bool IsTall => true;
}
