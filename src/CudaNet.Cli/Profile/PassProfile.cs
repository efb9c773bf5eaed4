using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What <c>cudanet profile</c> ran and measured.</summary>
/// <param name="Machine">What computed.</param>
/// <param name="Settings">How passes were run.</param>
/// <param name="Input">N×C×H×W.</param>
/// <param name="Observed">Which layers were observed, as <c>--observe</c> says it.</param>
/// <param name="ObservedLayers">How many those are.</param>
/// <param name="WeightBytes">Of the weights, as the backend holds them.</param>
/// <param name="Repeats">Passes of each lane whose outputs were compared bit for bit.</param>
/// <param name="EqualBits">Whether all were equal.</param>
/// <param name="Times">Null where the device has no times.</param>
internal sealed record PassProfile(ProfiledMachine Machine, PassSettings Settings, TensorShape Input, string Observed, int ObservedLayers, long WeightBytes, int Repeats, bool EqualBits, MeasuredTimes? Times)
{
    /// <summary>Why there are no times; null where there are.</summary>
    public string? WhyNoTimes => Times is null ? "an emulated device has no times" : null;

    /// <summary>Whether all weights fit the device's L2 cache; null where there is no GPU.</summary>
    public bool? WeightsInCache => Machine.CacheBytes is { } cache ? WeightBytes <= cache : null;

    public int Code => EqualBits ? ExitCode.Success : ExitCode.BeyondTolerance;
}

/// <summary>What computes the passes.</summary>
/// <param name="Backend"><c>cpu</c>, <c>reference</c>, <c>emulated</c> or <c>cuda:N</c>.</param>
/// <param name="Device">The GPU's name and compute capability; null for a CPU.</param>
/// <param name="Uuid">The GPU's identity; null for a CPU.</param>
/// <param name="Driver">The newest CUDA version that the driver supports; null for a CPU.</param>
/// <param name="Cudnn">Its version; null where it says none.</param>
/// <param name="Precision">What is stored and multiplied: <c>fp32</c>.</param>
/// <param name="CacheBytes">The GPU's L2; null for a CPU.</param>
/// <param name="HasEcc">Whether the GPU's memory corrects errors, which costs bandwidth on some; null for a CPU.</param>
/// <param name="IsEmulated">Whether the GPU exists in host memory only.</param>
internal sealed record ProfiledMachine(string Backend, string? Device, string? Uuid, string? Driver, string? Cudnn, string Precision, long? CacheBytes, bool? HasEcc, bool IsEmulated);

/// <summary>How passes were run.</summary>
/// <param name="Scenario"><see cref="SingleStream.Name"/> or <see cref="Offline.Name"/>.</param>
/// <param name="Lanes">Passes in flight at once.</param>
/// <param name="Binding">What memory they came from and went to: <c>host</c>, <c>device</c> or <c>images</c>.</param>
/// <param name="Graph"><c>on</c> or <c>off</c>; null where there is no GPU.</param>
/// <param name="IsFused">Whether convolutions with what follows them were to be one call; null where there is no GPU.</param>
/// <param name="BatchBits">How an image's bits were kept from depending on its batch; null where there is no GPU.</param>
/// <param name="PassText">How passes reached the GPU, in a sentence; null where there is none.</param>
internal sealed record PassSettings(string Scenario, int Lanes, string Binding, string? Graph, bool? IsFused, string? BatchBits, string? PassText);
