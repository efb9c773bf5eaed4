namespace CudaNet.Cli.SelfTest;

/// <summary>One thing that is run on a device and held against what it must give.</summary>
/// <param name="Name">What runs: the room (kernel, cuDNN, cuBLAS, cublasLt, driver, block), then the operation.</param>
/// <param name="Precision">How values are stored and multiplied; a dash where nothing is computed.</param>
/// <param name="Shape">Of what is run.</param>
/// <param name="Run">Runs and judges it. What it made in the device ends with it.</param>
internal sealed record Check(string Name, string Precision, string Shape, Func<TestDevice, Outcome> Run);

/// <summary>What became of a check.</summary>
/// <param name="Check">Which.</param>
/// <param name="Outcome">How near it was.</param>
/// <param name="Nodes">Of a graph that was captured of it; null where nothing was captured.</param>
/// <param name="Milliseconds">Median time of one run on the device; null where it was not measured.</param>
internal sealed record CheckResult(Check Check, Outcome Outcome, int? Nodes = null, double? Milliseconds = null);
