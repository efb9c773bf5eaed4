namespace CudaNet.Engine;

/// <summary>How far apart the values are that a precision can hold.</summary>
public static class StorageSteps
{
    /// <summary>The distance of neighbouring numbers of the precision at a finite value's magnitude.</summary>
    public static double UnitInTheLastPlace(this StoragePrecision precision, double value)
    {
        (int bits, int smallest) = precision switch
        {
            StoragePrecision.Float32 => (23, -126),
            StoragePrecision.Float16 => (10, -14),
            StoragePrecision.BFloat16 => (7, -126),
            _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision"),
        };
        int exponent = value == 0 ? smallest : Math.Max(Math.ILogB(value), smallest);
        return Math.ScaleB(1, exponent - bits);
    }
}
