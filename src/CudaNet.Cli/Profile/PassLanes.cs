using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Lanes for passes of one drawn input, each with a session of its own, so that what one of them queues is never behind another's.</summary>
internal sealed class PassLanes : IDisposable
{
    private const int Seed = 1;

    private readonly List<PassLane> _lanes = [];

    /// <param name="prepared">Shared by the lanes.</param>
    /// <param name="rule">Of images of bytes.</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="observed">Names of the layers that each pass brings to the host.</param>
    /// <param name="plan">How many, and from and to what memory.</param>
    /// <param name="cancellation">Ends a pass.</param>
    /// <exception cref="UsageException">The input would have more values than can be indexed.</exception>
    /// <exception cref="CudaNetException">There is not the memory, or the model takes no images of bytes.</exception>
    public PassLanes(PreparedModel prepared, Preprocessing rule, TensorShape shape, string[] observed, PassPlan plan, CancellationToken cancellation)
    {
        if (shape.ElementCount > Array.MaxLength)
        {
            throw new UsageException($"a batch of {shape} has more values than one tensor can hold: take a smaller --batch or --input");
        }

        Tensor input = new(shape, StoredValues.Uniform(Seed, shape.ElementCount));
        Outputs = (int)prepared.Graph.InferShapes(shape)[prepared.Graph.Output.Index].ElementCount;
        byte[] pixels = plan.Binding == PassPlan.Images ? Draw(shape) : [];
        try
        {
            for (int i = 0; i < plan.Lanes; i++)
            {
                _lanes.Add(Open(new Session(prepared), prepared.Backend, input, pixels, rule, observed, plan.Binding, cancellation));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<PassLane> All => _lanes;

    /// <summary>Values of a pass's output.</summary>
    public int Outputs { get; }

    /// <summary>How many layers each pass brings to the host.</summary>
    public int Observed => _lanes[0].Observed;

    public void Dispose() => _lanes.ForEach(l => l.Dispose());

    private static PassLane Open(Session session, IBackend backend, Tensor input, byte[] pixels, Preprocessing rule, string[] observed, string binding, CancellationToken cancellation)
    {
        try
        {
            LayerSelection layers = session.Select(observed);
            return binding switch
            {
                PassPlan.OnDevice => new DeviceLane(session, (CudaBackend)backend, input, layers, cancellation),
                PassPlan.Images => new ImageLane(session, input.Shape, pixels, rule, layers, cancellation),
                _ => new HostLane(session, input, layers, cancellation),
            };
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static byte[] Draw(TensorShape shape)
    {
        byte[] pixels = new byte[shape.ElementCount];
        new Random(Seed).NextBytes(pixels);
        return pixels;
    }
}
