using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Why the first GPU of this machine cannot compute.</summary>
internal static class CudaDiagnosis
{
    private static readonly Lazy<(CudaDevice? Device, string? WhyNot)> First = new(FindFirst);

    /// <summary>In the words of the library that fails; null where it can. Looked up once a process.</summary>
    public static string? WhyNot(ArithmeticPrecision precision)
    {
        try
        {
            return First.Value is ({ } device, _) ? precision.WhyNot(device) : First.Value.WhyNot;
        }
        catch (CudaException exception)
        {
            return exception.Message;
        }
    }

    private static (CudaDevice? Device, string? WhyNot) FindFirst()
    {
        try
        {
            CudaLibraries libraries = CudaLibraries.Load();
            _ = libraries.Cudnn;
            return (CudaDevices.Find(libraries, 0), null);
        }
        catch (CudaNetException exception)
        {
            return (null, exception.Message);
        }
    }
}
