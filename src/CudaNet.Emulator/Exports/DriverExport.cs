namespace CudaNet.Emulator.Exports;

/// <summary>A function of the driver: its exported name, the CUDA version whose interface it has (12050 is 12.5), and where it is.</summary>
internal readonly record struct DriverExport(string Name, int Since, nint Address);
