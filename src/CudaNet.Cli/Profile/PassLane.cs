using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>Passes of one shape on a session of their own, one at a time: every selected layer is taken in each. One thread at a time.</summary>
internal abstract class PassLane(Session session, LayerSelection layers, CancellationToken cancellation) : IDisposable
{
    /// <summary>How many layers each pass brings to the host.</summary>
    public int Observed => layers.Layers.Count;

    protected Session Session => session;

    protected LayerSelection Layers => layers;

    protected CancellationToken Cancellation => cancellation;

    /// <summary>How the latest passes reached the device, where the backend has several ways.</summary>
    public string? PassText => session.Loaded[^1].PassText;

    /// <summary>One pass, its output there.</summary>
    /// <param name="output">Receives it; null where nobody wants it.</param>
    public abstract void Pass(float[]? output = null);

    /// <summary>One pass, which may still be under way when this returns, where the lane has room for another one meanwhile.</summary>
    public virtual void Enqueue() => Pass();

    /// <summary>Returns when all passes have ended.</summary>
    public virtual void Drain()
    {
    }

    /// <summary>Disposes of the session too.</summary>
    public virtual void Dispose() => session.Dispose();

    /// <summary>Takes what a run publishes; nothing more is done with it.</summary>
    protected static void TakeLayers(InferenceRun run)
    {
        while (run.Next(out _))
        {
        }
    }
}
