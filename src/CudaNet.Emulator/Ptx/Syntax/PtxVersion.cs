namespace CudaNet.Emulator.Ptx;

/// <summary>A <c>.version</c> of the PTX language, as 7.0.</summary>
internal readonly record struct PtxVersion(int Major, int Minor) : IComparable<PtxVersion>
{
    /// <summary>The newest version this parser knows.</summary>
    public static PtxVersion Newest => new(9, 0);

    public static bool operator <(PtxVersion left, PtxVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(PtxVersion left, PtxVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(PtxVersion left, PtxVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PtxVersion left, PtxVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(PtxVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public override string ToString() => $"{Major}.{Minor}";
}
