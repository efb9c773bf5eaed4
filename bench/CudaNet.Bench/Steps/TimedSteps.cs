using System.Diagnostics;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;

namespace CudaNet.Bench;

/// <summary>Passes over one input whose steps are timed one by one.</summary>
internal sealed class TimedSteps : IDisposable
{
    private readonly PreparedModel _prepared;
    private readonly CpuExecutable _executable;
    private readonly Place _place;
    private readonly Tensor _input;
    private readonly float[] _output;
    private readonly long[] _ticks;
    private readonly List<double>[] _times;

    public TimedSteps(Model model, Tensor input, CpuOptions options)
    {
        CpuBackend backend = new(options);
        _prepared = backend.Prepare(model.Graph, model.Parameters);
        _place = _prepared.CreatePlace(0);
        _executable = (CpuExecutable)_prepared.Load(Planner.Plan(model.Graph, input.Shape, [], backend.Layout), _place);
        _input = input;
        _output = new float[_executable.Plan.OutputShape.ElementCount];
        _ticks = new long[_executable.Plan.Steps.Count];
        _times = [.. _executable.Plan.Steps.Select(_ => new List<double>())];
        _executable.StepTicks = _ticks;
    }

    public ExecutionPlan Plan => _executable.Plan;

    public IReadOnlyList<StepChoice> Choices => _executable.Choices;

    /// <summary>Milliseconds of whole passes.</summary>
    public List<double> Passes { get; } = [];

    /// <summary>Milliseconds of a step in each pass.</summary>
    public IReadOnlyList<double> Step(int index) => _times[index];

    public void Run()
    {
        Array.Clear(_ticks);
        long began = Stopwatch.GetTimestamp();
        _executable.Start(_input.Values);
        while (_executable.Advance(out _))
        {
        }

        _executable.Finish(_output);
        Passes.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        for (int step = 0; step < _ticks.Length; step++)
        {
            _times[step].Add(Stopwatch.GetElapsedTime(0, _ticks[step]).TotalMilliseconds);
        }
    }

    public void Dispose()
    {
        _executable.Dispose();
        _place.Dispose();
        _prepared.Dispose();
    }
}
