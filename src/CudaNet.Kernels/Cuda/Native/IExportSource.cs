namespace CudaNet.Kernels.Cuda.Native;

/// <summary>Where native functions come from by name: a library that was loaded, or an emulated device.</summary>
public interface IExportSource
{
    /// <summary>The library as a person finds it: its path, or what emulates it.</summary>
    string Name { get; }

    /// <summary>The address of the function exported under exactly this name; 0 where there is none.</summary>
    nint Find(string export);
}
