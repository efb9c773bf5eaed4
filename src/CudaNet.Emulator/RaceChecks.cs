namespace CudaNet.Emulator;

/// <summary>What becomes of a race between the threads of a kernel.</summary>
public enum RaceChecks
{
    /// <summary>It is a finding, and ends the launch with <c>CUDA_ERROR_LAUNCH_FAILED</c>.</summary>
    Error,

    /// <summary>It is a finding, one for each pair of instructions in a launch, and the launch goes on.</summary>
    Report,

    /// <summary>It is not looked for.</summary>
    Off,
}
