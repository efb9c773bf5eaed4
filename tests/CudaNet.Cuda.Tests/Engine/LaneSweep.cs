using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>
/// Four threads on two sessions of one prepared model, one of them prepared, in an order that each draws from a seed: pulled runs that end, are abandoned or
/// left to the session's end, observers that come, throw and go, cancelled runs, runs on the device and on images. Every value is held to that of a run alone.
/// </summary>
internal sealed class LaneSweep : IDisposable
{
    private const int Workers = 4, Steps = 8, Lanes = 3;

    /// <summary>So many runs a session may be left in flight: one lane is for the others.</summary>
    private const int MostLeft = Lanes - 1;

    private static readonly TensorShape OutputShape = new(1, 5);

    private static readonly Preprocessing Rule = new(8, 8, Interpolation.Bilinear, null, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    private readonly PreparedModel _model;
    private readonly StressCases _cases;
    private readonly Session[] _sessions;
    private readonly DeviceCaller[] _callers;
    private readonly byte[] _pixels = [.. Enumerable.Range(0, (int)SmallNetwork.Shape.ElementCount).Select(i => (byte)((i * 37) + (i >> 3)))];
    private readonly float[] _ofPixels = new float[OutputShape.ElementCount];
    private readonly List<InferenceRun> _left = [];
    private readonly int[] _leftOf = new int[2];
    private readonly int _seed;
    private long _ended, _broken;

    public LaneSweep(CudaBackend backend, int seed)
    {
        _seed = seed;
        _model = SmallNetwork.Prepare(backend);
        _cases = new StressCases(_model, [SmallNetwork.Input(), new Tensor(SmallNetwork.Shape, Formula.Input(2, 3, 8, 8).Values[192..].ToArray()), SmallNetwork.Input(2)]);
        using (Session alone = new(_model))
        {
            alone.Run(Images(_ofPixels));
        }

        _sessions = [Open(4), Open(Lanes)];
        _sessions[0].Prepare(SmallNetwork.Shape, SmallNetwork.Observed, copies: 2);
        _callers = [.. Enumerable.Range(0, Workers).Select(_ => new DeviceCaller(backend, SmallNetwork.Shape, OutputShape))];
    }

    /// <summary>Runs that came to their end, and were looked at.</summary>
    public long Ended => Volatile.Read(ref _ended);

    /// <summary>Runs that did not.</summary>
    public long Broken => Volatile.Read(ref _broken);

    public void Run()
    {
        Task[] workers = [.. Enumerable.Range(0, Workers).Select(worker => Patience.OnThread(() => Work(worker)))];
        Assert.True(Task.WaitAll(workers, 4 * Patience.Limit), $"seed {_seed}: a thread waits in vain");
    }

    public void Dispose()
    {
        Array.ForEach(_sessions, s => s.Dispose());
        foreach (InferenceRun run in _left)
        {
            Assert.Throws<ObjectDisposedException>(() => run.Next(out _));
            run.Dispose();
        }

        Array.ForEach(_callers, c => c.Dispose());
        _model.Dispose();
    }

    private Session Open(int executables) => new(_model, new InferenceOptions { MaxConcurrentRuns = Lanes, MaxExecutables = executables });

    private ImageBinding Images(float[] output) => new(_pixels, SmallNetwork.Shape, Rule, output);

    private void Work(int worker)
    {
        Random random = new((_seed * Workers) + worker);
        DeviceCaller caller = _callers[worker];
        using DeviceBinding byEvent = caller.Bind(DeviceInput.Planes(caller.InputAddress, SmallNetwork.Shape), caller.Events);
        using DeviceBinding inStream = caller.Bind(DeviceInput.Planes(caller.InputAddress, SmallNetwork.Shape), caller.InStream);
        for (int step = 0; step < Steps; step++)
        {
            int index = random.Next(_sessions.Length), input = random.Next(_cases.Inputs.Count);
            string[] layers = [.. SmallNetwork.Graph.Nodes.Where(_ => random.Next(4) == 0).Select(n => n.Name)];
            try
            {
                Act(random, _sessions[index], input, layers, () => Enqueue(_sessions[index], input % 2, caller, random.Next(2) == 0 ? [byEvent] : [inStream, inStream]));
            }
            catch (Exception exception) when (exception is OperationCanceledException or InvalidDataException)
            {
                Interlocked.Increment(ref _broken);
            }

            if (step == Steps - 1 && random.Next(2) == 0)
            {
                Leave(index, input, layers);
            }
        }
    }

    private void Act(Random random, Session session, int input, string[] layers, Action enqueue)
    {
        switch (random.Next(6))
        {
            case 0:
                Pull(random, session, input, layers);
                break;
            case 1:
                LayerOutputs outputs = session.Extract(_cases.Inputs[input], layers, tag: input);
                Assert.All(outputs.Layers, l => _cases.Check(input, l, outputs[l].Values));
                End(input, outputs.Output.Values);
                break;
            case 2:
                Observe(random, session, input);
                break;
            case 3:
                enqueue();
                break;
            case 4:
                float[] values = new float[OutputShape.ElementCount];
                session.Run(Images(values), tag: -1);
                Bits.AssertSame(_ofPixels, values, $"seed {_seed}, images");
                Interlocked.Increment(ref _ended);
                break;
            default:
                using (CancellationTokenSource source = new())
                {
                    using InferenceRun run = session.Start(_cases.Inputs[input], layers, source.Token, input);
                    source.Cancel();
                    run.Complete();
                }

                break;
        }
    }

    private void Pull(Random random, Session session, int input, string[] layers)
    {
        using InferenceRun run = session.Start(_cases.Inputs[input], layers, tag: input);
        int stop = random.Next(8);
        while (stop-- > 0 && run.Next(out Observation observation))
        {
            _cases.Check(input, in observation);
        }

        switch (random.Next(3))
        {
            case 0:
                run.Abandon();
                Interlocked.Increment(ref _broken);
                break;
            case 1:
                Interlocked.Increment(ref _broken);
                break;
            default:
                End(input, run.Output);
                break;
        }
    }

    private void Observe(Random random, Session session, int input)
    {
        LayerNode layer = SmallNetwork.Graph.Nodes[random.Next(SmallNetwork.Graph.Nodes.Count)];
        bool throws = random.Next(3) == 0;
        using ObserverHandle handle = session.Observe(layer.Name, (in Observation o) =>
        {
            if (o.Tag is int known and >= 0)
            {
                _cases.Check(known, in o);
            }

            if (throws)
            {
                throw new InvalidDataException("an observer's own");
            }
        });
        End(input, session.Predict(_cases.Inputs[input], tag: input).Values);
    }

    /// <summary>One run ordered by events, or two by the caller's stream: only that orders them among themselves.</summary>
    private void Enqueue(Session session, int input, DeviceCaller caller, DeviceBinding[] bindings)
    {
        caller.Put(_cases.Inputs[input].Values);
        float[] values;
        try
        {
            Array.ForEach(bindings, b => session.Enqueue(b, tag: input));
        }
        finally
        {
            // Also where the second one broke off: the first is under way.
            values = caller.Get(byEvent: true);
        }

        End(input, values);
    }

    private void Leave(int index, int input, string[] layers)
    {
        if (Interlocked.Increment(ref _leftOf[index]) <= MostLeft)
        {
            InferenceRun run = _sessions[index].Start(_cases.Inputs[input], layers, tag: input);
            lock (_left)
            {
                _left.Add(run);
            }
        }
    }

    private void End(int input, ReadOnlySpan<float> values)
    {
        _cases.CheckOutput(input, values);
        Interlocked.Increment(ref _ended);
    }
}
