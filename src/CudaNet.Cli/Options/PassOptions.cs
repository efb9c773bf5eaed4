using System.CommandLine;

namespace CudaNet.Cli;

/// <summary><c>--scenario</c>, <c>--lanes</c> and <c>--binding</c>: how passes follow each other, and what memory they come from and go to.</summary>
internal sealed class PassOptions
{
    private const int MostLanes = 64, UsualLanes = 2;

    private readonly Option<string?> _scenario = ValueOptions.Choice(
        "--scenario", "single-stream (default): a pass begins when the last one's output is there, latency; offline: several in flight, images a second.", SingleStream.Name, Offline.Name);

    private readonly Option<int?> _lanes = ValueOptions.OptionalCount("--lanes", MostLanes, $"Passes in flight with --scenario {Offline.Name}; default {UsualLanes}.");

    private readonly Option<string?> _binding = ValueOptions.Choice(
        "--binding", "Where passes come from and go to: fp32 values on the host (default), the GPU's memory, or images of bytes that the GPU normalises.", PassPlan.Host, PassPlan.OnDevice, PassPlan.Images);

    public PassOptions(Command command)
    {
        command.Add(_scenario);
        command.Add(_lanes);
        command.Add(_binding);
    }

    /// <exception cref="UsageException">Options exclude each other.</exception>
    public PassPlan Plan(ParseResult arguments)
    {
        string scenario = arguments.GetValue(_scenario) ?? SingleStream.Name;
        int? lanes = arguments.GetValue(_lanes);
        return scenario == SingleStream.Name && lanes is not null
            ? throw new UsageException($"{_lanes.Name} goes with {_scenario.Name} {Offline.Name}: a single stream has one pass in flight")
            : new PassPlan(scenario, scenario == SingleStream.Name ? 1 : lanes ?? UsualLanes, arguments.GetValue(_binding) ?? PassPlan.Host);
    }
}
