using System.Runtime.ExceptionServices;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A program from its first call to its last, and what became of it: one run after the other, or two at once in two lanes and bound ones after them.</summary>
internal sealed class FailingProgram(EmulatedMachine machine, CudaOptions options, bool hasLanes = false)
{
    /// <summary>The first exception; null where there was none.</summary>
    public CudaNetException? Thrown { get; private set; }

    /// <summary>Whether two runs are in flight at once, and some are not waited for.</summary>
    public bool HasLanes => hasLanes;

    /// <summary>What the second attempt on the same session threw.</summary>
    public CudaNetException? ThrownAgain { get; private set; }

    /// <summary>An exception that is none of CudaNet's.</summary>
    public Exception? Foreign { get; private set; }

    /// <summary>What could not be freed.</summary>
    public List<ReleaseFailure> Reports { get; } = [];

    /// <summary>How the session's passes reached the device in the end.</summary>
    public string Passes { get; private set; } = "";

    /// <summary>Whether the session was there.</summary>
    public bool HasSession { get; private set; }

    /// <summary>
    /// The calls that are worth a run each, by number from 1. Of each function the first and the last, and one of <paramref name="stride"/> between them; of the
    /// questions about each kernel of a module, which one loop asks hundreds of times, one of a hundred at most.
    /// </summary>
    public static IEnumerable<int> Chosen(IReadOnlyList<string> calls, int stride)
    {
        foreach (IGrouping<string, int> same in Enumerable.Range(1, calls.Count).GroupBy(n => calls[n - 1]))
        {
            int every = Math.Max(stride, same.Key is "cuFuncGetParamInfo" or "cuModuleGetFunction" ? 100 : 1), last = same.Count() - 1;
            foreach (int n in same.Where((_, i) => i % every == 0 || i == last))
            {
                yield return n;
            }
        }
    }

    /// <summary>The whole program: the output, and the observed layers; null where it failed and was not to be tried again, or failed again.</summary>
    /// <param name="again">Whether the session, where it is there, is used once more after a failure.</param>
    public float[]? Run(bool again = false)
    {
        float[]? values = null;
        try
        {
            CudaBackend backend = machine.Backend(options);
            backend.ReleaseFailed += Reports.Add;
            using Session session = SmallNetwork.Open(backend, new InferenceOptions { MaxConcurrentRuns = hasLanes ? 2 : 1 });
            HasSession = true;
            try
            {
                values = hasLanes ? WorkInLanes(backend, session) : Work(session);
            }
            catch (CudaNetException exception) when (again)
            {
                Thrown = exception;
                values = hasLanes ? WorkInLanes(backend, session) : Work(session);
            }
            finally
            {
                Passes = string.Join("; ", session.Loaded.Select(l => l.PassText));
            }
        }
        catch (CudaNetException exception)
        {
            (Thrown, ThrownAgain) = Thrown is null ? (exception, null) : (Thrown, exception);
        }
        catch (Exception exception)
        {
            Foreign = exception;
        }

        return values;
    }

    /// <summary>Two pulled runs that take turns, three times, so that both lanes replay; then runs on the device and on images.</summary>
    private float[] WorkInLanes(CudaBackend backend, Session session)
    {
        List<float> values = [];
        for (int round = 0; round < 3; round++)
        {
            values.Clear();
            using InferenceRun one = session.Start(SmallNetwork.Input(), SmallNetwork.Observed), two = session.Start(SmallNetwork.Input(), SmallNetwork.Observed);
            for (bool both = true; both;)
            {
                both = one.Next(out Observation first);
                values.AddRange(both ? first.Values : one.Output);
                Assert.Equal(both, two.Next(out Observation second));
                values.AddRange(both ? second.Values : two.Output);
            }
        }

        using DeviceCaller caller = new(backend, SmallNetwork.Shape, new TensorShape(1, 5), Reports.Add);
        using DeviceBinding binding = Bind(caller);
        caller.Put(SmallNetwork.Input().Values);
        session.Enqueue(binding);
        session.Run(binding);
        float[] output = new float[5];
        session.Run(new ImageBinding(new byte[SmallNetwork.Shape.ElementCount], SmallNetwork.Shape, new Preprocessing(8, 8, Interpolation.Bilinear, null, [0.5, 0.5, 0.5], [0.2, 0.2, 0.2]), output));
        return [.. values, .. caller.Get(byEvent: true), .. output];
    }

    /// <summary>What the driver answers about an event of the caller's comes as the reason of an exception about the argument.</summary>
    private static DeviceBinding Bind(DeviceCaller caller)
    {
        try
        {
            return caller.Bind(DeviceInput.Planes(caller.InputAddress, SmallNetwork.Shape), caller.Events);
        }
        catch (ArgumentException exception) when (exception.InnerException is CudaNetException reason)
        {
            ExceptionDispatchInfo.Throw(reason);
            throw;
        }
    }

    private static float[] Work(Session session)
    {
        session.Prepare(SmallNetwork.Shape);
        SmallNetwork.Run(session);
        return SmallNetwork.Run(session, 1, SmallNetwork.Observed);
    }
}
