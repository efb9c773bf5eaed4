using CudaNet.Emulator.Tests.Planted;

namespace CudaNet.Emulator.Tests.Seeds;

/// <summary>
/// Three streams that fork, meet half-way and join: kernels, copies, fills and a host function. A round makes 7a + 3.5 of a, and nothing else if the
/// streams wait for each other as they should.
/// </summary>
internal sealed unsafe class ThreeStreams : IDisposable
{
    public const int Rounds = 3;
    private const int Count = 16;

    private readonly DeviceProgram _program;
    private readonly HostFunctions _functions = new();
    private readonly bool _waitsHalfWay;
    private readonly nint _scale;
    private readonly nint _add;
    private readonly nint _origin;
    private readonly nint _left;
    private readonly nint _right;
    private readonly nint _forked;
    private readonly nint _halfWay;
    private readonly nint _leftDone;
    private readonly nint _rightDone;
    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;
    private readonly ulong _e;
    private readonly float* _middle;
    private readonly float* _result;

    /// <param name="program">Where it runs; several may share one.</param>
    /// <param name="waitsHalfWay">False leaves out the one wait in the middle.</param>
    public ThreeStreams(DeviceProgram program, bool waitsHalfWay = true)
    {
        _program = program;
        _waitsHalfWay = waitsHalfWay;
        nint module = program.Load(PlantedFiles.Text("vectors.ptx"));
        _scale = program.Function(module, "scale");
        _add = program.Function(module, "add");
        (_origin, _left, _right) = (program.Stream(), program.Stream(), program.Stream());
        (_forked, _halfWay, _leftDone, _rightDone) = (program.Event(), program.Event(), program.Event(), program.Event());
        _a = program.Upload(Start);
        (_b, _c, _d, _e) = (program.Allocate(Count), program.Allocate(Count), program.Allocate(Count), program.Allocate(Count));
        _middle = program.Pin(new float[Count]);
        _result = program.Pin(new float[Count]);
    }

    /// <summary>What the rounds make of the start.</summary>
    public static float[] Expected { get; } = [.. Start.Select(value => Enumerable.Range(0, Rounds).Aggregate(value, (a, _) => (7 * a) + 3.5f))];

    private static float[] Start => [.. Enumerable.Range(1, Count).Select(i => (float)i)];

    /// <summary>The names of the streams as the log of operations gives them, by the role that they have here.</summary>
    public IReadOnlyDictionary<string, string> Roles => new Dictionary<string, string>
    {
        [$"stream 0x{_origin:x}"] = "origin",
        [$"stream 0x{_left:x}"] = "left",
        [$"stream 0x{_right:x}"] = "right",
    };

    /// <summary>Queues each round.</summary>
    public float[] RunEagerly()
    {
        for (int round = 0; round < Rounds; round++)
        {
            QueueRound();
        }

        return Result();
    }

    /// <summary>Captures one round, and launches the graph as often as there are rounds.</summary>
    public float[] RunGraph()
    {
        _program.BeginCapture(_origin);
        QueueRound();
        nint executable = _program.Instantiate(_program.EndCapture(_origin));
        for (int round = 0; round < Rounds; round++)
        {
            _program.Ok(_program.Driver.cuGraphLaunch(executable, _origin));
        }

        return Result();
    }

    public void Dispose() => _functions.Dispose();

    private void QueueRound()
    {
        _program.Record(_forked, _origin);
        _program.Wait(_left, _forked);
        _program.Wait(_right, _forked);

        _program.Launch(_scale, 1, Count, _left, _a, _b, DeviceProgram.Parameter(2), DeviceProgram.Parameter(1), Count);
        _program.Record(_halfWay, _left);
        _program.Ok(_program.Driver.cuMemcpyDtoDAsync_v2(_e, _b, DeviceProgram.Bytes(Count), _left));
        _program.Record(_leftDone, _left);

        _program.Fill(_c, 0.5f, Count, _right);
        _program.Launch(_scale, 1, Count, _right, _a, _d, DeviceProgram.Parameter(3), 0, Count);
        _program.ToHost(_middle, _d, Count, _right);
        _functions.Queue(_program, _right, AddOneToMiddle);
        _program.ToDevice(_d, _middle, Count, _right);
        if (_waitsHalfWay)
        {
            _program.Wait(_right, _halfWay);
        }

        _program.Launch(_add, 1, Count, _right, _b, _d, _d, Count);
        _program.Record(_rightDone, _right);

        _program.Wait(_origin, _leftDone);
        _program.Wait(_origin, _rightDone);
        _program.Launch(_add, 1, Count, _origin, _d, _e, _a, Count);
        _program.Launch(_add, 1, Count, _origin, _a, _c, _a, Count);
        _program.ToHost(_result, _a, Count, _origin);
    }

    private float[] Result()
    {
        _program.Synchronise(_origin);
        return new Span<float>(_result, Count).ToArray();
    }

    private void AddOneToMiddle()
    {
        for (int i = 0; i < Count; i++)
        {
            _middle[i] += 1;
        }
    }
}
