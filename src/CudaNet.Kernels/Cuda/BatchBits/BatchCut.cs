using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>How the calls of a library share a batch.</summary>
/// <param name="Batch">Images of the batch.</param>
/// <param name="Images">Images of a call.</param>
/// <param name="Pads">Whether the last call has as many as well, with zeros behind the batch's own.</param>
internal readonly record struct BatchCut(int Batch, int Images, bool Pads = false)
{
    /// <summary>How many images the last call of the batch has of its own, where that is fewer; 0 where all calls are whole.</summary>
    public int Rest => Batch % Images;

    /// <summary>Images of the call that is shorter than the others; 0 where there is none.</summary>
    public int ShortCall => Pads ? 0 : Rest;

    /// <summary>How many calls it is.</summary>
    public int Calls => LaunchChecks.CeilingDivide(Batch, Images);

    /// <summary>Whether a call is filled up.</summary>
    public bool HasPaddedCall => Pads && Rest > 0;

    /// <summary>What is told of it behind an algorithm's name.</summary>
    public string Text => Images == Batch ? "" : $", {Images} {(Images == 1 ? "image" : "images")} a call";

    /// <summary>In one call.</summary>
    public static BatchCut Whole(int batch) => new(batch, batch);

    /// <summary>Half as many images a call, rounded up.</summary>
    public BatchCut Halved() => this with { Images = (Images + 1) / 2 };
}
