namespace CudaNet.Emulator.Exports;

/// <summary>A function of an emulated library: its exported name, where it is, and the generations of the library that have it.</summary>
internal readonly record struct LibraryExport(string Name, nint Address, int Since = 0, int Until = int.MaxValue);
