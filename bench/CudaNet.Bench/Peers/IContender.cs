namespace CudaNet.Bench;

/// <summary>An engine that runs the same batch again and again.</summary>
internal interface IContender : IDisposable
{
    /// <summary>N×classes of the last run.</summary>
    ReadOnlySpan<float> Logits { get; }

    void Run();
}
