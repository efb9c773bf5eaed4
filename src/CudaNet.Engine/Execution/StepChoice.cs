namespace CudaNet.Engine;

/// <summary>What <see cref="PreparedModel.Load"/> chose for one step of a plan.</summary>
/// <param name="Algorithm">How it is computed, in the backend's words.</param>
/// <param name="WorkspaceBytes">Memory it works in beside its input, output and weights. Steps of an executable may share it.</param>
public sealed record StepChoice(string Algorithm, long WorkspaceBytes)
{
    /// <summary>The order of the values that it reads and writes, where the backend has several; null otherwise.</summary>
    public string? Layout { get; init; }

    /// <summary>What it multiplies with, where the backend has several; null otherwise.</summary>
    public string? Arithmetic { get; init; }

    /// <summary>How it is that an image's bits do not depend on the other images of its batch, in the backend's words; null where it has nothing to say.</summary>
    public string? BatchBits { get; init; }

    /// <summary>Multiplications and additions of its products, of the whole batch, where the backend's algorithm decides how many there are; null otherwise.</summary>
    public long? Operations { get; init; }

    /// <summary>The most images of the batch that go through it, and its neighbours of the same number, before the next do; null where all do at once.</summary>
    public int? ImagesAtOnce { get; init; }

    /// <summary>Why it is not computed otherwise, in the backend's words; null where it has nothing to say.</summary>
    public string? Note { get; init; }
}
