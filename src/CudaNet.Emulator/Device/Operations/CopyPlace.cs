namespace CudaNet.Emulator.Device;

/// <summary>Where one end of a copy lies.</summary>
internal enum CopyPlace
{
    /// <summary>Memory of a device.</summary>
    Device,

    /// <summary>Host memory that is pinned or registered.</summary>
    Pinned,

    /// <summary>Any other host memory.</summary>
    Pageable,
}
