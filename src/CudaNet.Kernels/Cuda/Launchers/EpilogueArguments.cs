using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>
/// What an epilogue reads, does and stores. A missing operand passes the value on; a stage without a destination is not stored. A destination may be
/// the source or the residual.
/// </summary>
internal readonly record struct EpilogueArguments
{
    /// <summary>(N, H, W, C) in the storage precision.</summary>
    public required DeviceSlice Source { get; init; }

    /// <summary>(C) in fp32; with <see cref="Shift"/>, or neither.</summary>
    public DeviceSlice? Scale { get; init; }

    /// <summary>(C) in fp32.</summary>
    public DeviceSlice? Shift { get; init; }

    /// <summary>(N, H, W, C) in the storage precision.</summary>
    public DeviceSlice? Residual { get; init; }

    /// <summary>(C) in fp32: what the residual is multiplied by first, where it is a raw value; with <see cref="ResidualShift"/>, or neither.</summary>
    public DeviceSlice? ResidualScale { get; init; }

    /// <summary>(C) in fp32.</summary>
    public DeviceSlice? ResidualShift { get; init; }

    /// <summary>Whether negative sums become 0.</summary>
    public bool Relu { get; init; }

    /// <summary>Where the source's values go.</summary>
    public StageDestination? Raw { get; init; }

    /// <summary>Where they go after scale and shift.</summary>
    public StageDestination? Normalized { get; init; }

    /// <summary>Where they go after the residual.</summary>
    public StageDestination? Sum { get; init; }

    /// <summary>Where they go after ReLU.</summary>
    public StageDestination? Activation { get; init; }
}

/// <summary>Where a stage is stored: (N, H, W, C) in fp32 or in the storage precision.</summary>
internal readonly record struct StageDestination(DeviceSlice Memory, StoragePrecision Precision);
