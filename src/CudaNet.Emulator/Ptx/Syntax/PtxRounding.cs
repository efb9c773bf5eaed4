namespace CudaNet.Emulator.Ptx;

/// <summary>How a result that does not fit is rounded.</summary>
internal enum PtxRounding : byte
{
    /// <summary>Not said: to nearest even where the instruction rounds.</summary>
    None,

    /// <summary><c>.rn</c>, to nearest even; and no fusing with another operation.</summary>
    Nearest,

    /// <summary><c>.rna</c>, to nearest, ties away from zero.</summary>
    NearestAway,

    /// <summary><c>.rz</c></summary>
    Zero,

    /// <summary><c>.rm</c>, towards minus infinity.</summary>
    Down,

    /// <summary><c>.rp</c>, towards plus infinity.</summary>
    Up,

    /// <summary><c>.rni</c>, to the nearest integer, ties to even.</summary>
    NearestInteger,

    /// <summary><c>.rzi</c></summary>
    ZeroInteger,

    /// <summary><c>.rmi</c></summary>
    DownInteger,

    /// <summary><c>.rpi</c></summary>
    UpInteger,
}
