using CudaNet.Engine;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>
/// Sixteen threads do everything at once that sessions on one prepared model allow, in an order that each draws from a seed, and hold every value to
/// that of the same run alone.
/// </summary>
public sealed class SessionStress : IDisposable
{
    public const int Workers = 16;

    private readonly PreparedModel _model;
    private readonly StressCases _cases;
    private readonly StressWatch _watch = new(Workers);
    private readonly Random[] _random;
    private readonly Session[] _sessions = new Session[3];
    private readonly Shared<InferenceRun>?[] _published = new Shared<InferenceRun>?[8];
    private long _heard;

    public SessionStress(PreparedModel model, IReadOnlyList<Tensor> inputs, int seed)
    {
        _model = model;
        _cases = new StressCases(model, inputs);
        _random = [.. Enumerable.Range(0, Workers).Select(i => new Random((seed * Workers) + i))];
        for (int i = 0; i < _sessions.Length; i++)
        {
            _sessions[i] = Open(i);
        }
    }

    public void Dispose() => Array.ForEach(_sessions, s => s.Dispose());

    public void Run()
    {
        _watch.Run(StressWatch.Duration(10), Step);
        Assert.True(_watch.Steps > 100 && Volatile.Read(ref _heard) > 0, $"{_watch.Steps} steps, {_heard} observations");
        foreach (Session session in _sessions)
        {
            // Nothing is in flight: as many runs as there are places begin at once.
            InferenceRun[] runs = [.. Enumerable.Range(0, session == _sessions[0] ? 1 : 3).Select(_ => session.Start(_cases.Inputs[0]))];
            Array.ForEach(runs, r => r.Dispose());
        }
    }

    private Session Open(int index) => new(_model, new InferenceOptions { MaxConcurrentRuns = index == 0 ? 1 : 3, MaxExecutables = 4, RunForgotten = _ => { } });

    private void Step(int worker)
    {
        Random random = _random[worker];
        int index = random.Next(_sessions.Length), input = random.Next(_cases.Inputs.Count);
        Session session = Volatile.Read(ref _sessions[index]);
        string[] layers = [.. _model.Graph.Nodes.Where(_ => random.Next(8) == 0).Select(n => n.Name)];
        using CancellationTokenSource source = new();
        if (random.Next(6) == 0)
        {
            source.CancelAfter(random.Next(3));
        }

        int what = random.Next(100);
        _watch.Note(worker, $"action {what} on session {index}, input {input}");
        try
        {
            switch (what)
            {
                case < 45:
                    Pull(random, session, input, layers, source.Token);
                    break;
                case < 60:
                    _cases.CheckOutput(input, session.Predict(_cases.Inputs[input], source.Token, input).Values);
                    break;
                case < 70:
                    _cases.CheckOutput(input, session.PredictAsync(_cases.Inputs[input], source.Token, input).GetAwaiter().GetResult().Values);
                    break;
                case < 85:
                    LayerOutputs outputs = session.Extract(_cases.Inputs[input], layers, source.Token, input);
                    Assert.Equal(layers.Order(), outputs.Layers.Select(l => l.Name).Order());
                    Assert.All(outputs.Layers, l => _cases.Check(input, l, outputs[l].Values));
                    break;
                case < 90:
                    EndAnothers(random);
                    break;
                case < 98:
                    Observe(random, session, input, source.Token);
                    break;
                default:
                    Interlocked.Exchange(ref _sessions[index], Open(index)).Dispose();
                    break;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
        }
    }

    private void Pull(Random random, Session session, int input, string[] layers, CancellationToken cancellation)
    {
        using InferenceRun run = session.Start(_cases.Inputs[input], layers, cancellation, input);
        int slot = random.Next(_published.Length);
        if (random.Next(3) == 0)
        {
            Volatile.Write(ref _published[slot], new Shared<InferenceRun>(run));
        }

        int stop = random.Next(12);
        while (stop-- > 0 && run.Next(out Observation observation))
        {
            Assert.Equal(input, observation.Tag);
            _cases.Check(input, in observation);
        }

        switch (random.Next(4))
        {
            case 0:
                run.Abandon();
                break;
            case 1:
                break;
            default:
                _cases.CheckOutput(input, run.Output);
                break;
        }
    }

    /// <summary>Abandons a run that another thread has or had: only that one may hear of it.</summary>
    private void EndAnothers(Random random) => Volatile.Read(ref _published[random.Next(_published.Length)])?.Value.Abandon();

    private void Observe(Random random, Session session, int input, CancellationToken cancellation)
    {
        LayerNode layer = _model.Graph.Nodes[random.Next(_model.Graph.Nodes.Count)];
        bool throws = random.Next(4) == 0, detaches = random.Next(4) == 0;
        ObserverHandle? handle = null;
        handle = session.Observe(layer.Name, (in Observation o) =>
        {
            _cases.Check((int?)o.Tag ?? 0, in o);
            Interlocked.Increment(ref _heard);
            if (detaches)
            {
                handle?.Dispose();
            }

            if (throws)
            {
                throw new InvalidDataException("an observer's own");
            }
        });
        try
        {
            _cases.CheckOutput(input, session.Predict(_cases.Inputs[input], cancellation, input).Values);
        }
        finally
        {
            handle.Dispose();
        }
    }

    private sealed class Shared<TValue>(TValue value)
    {
        public TValue Value => value;
    }
}
