using System.CommandLine;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary><c>--mean</c> and <c>--std</c>: the numbers that values are normalised by, instead of the preset's or the model's.</summary>
internal sealed class StatisticsOptions
{
    private readonly Option<double[]?> _mean = ValueOptions.ChannelNumbers("--mean", "The mean of values in [0, 1], one for all channels or one a channel, instead of the preset's or the model's.", isPositive: false);
    private readonly Option<double[]?> _std = ValueOptions.ChannelNumbers("--std", "The standard deviation, likewise.", isPositive: true);

    public StatisticsOptions(Command command)
    {
        command.Add(_mean);
        command.Add(_std);
    }

    /// <summary>True where either was given.</summary>
    public bool AreGiven(ParseResult arguments) => arguments.GetValue(_mean) is { Length: > 0 } || arguments.GetValue(_std) is { Length: > 0 };

    /// <summary>The rule with the numbers that were given, for images of as many channels.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="rule">The preset's or the model's.</param>
    /// <param name="channels">Channels of the network's images.</param>
    /// <param name="preset">What the rule is called.</param>
    /// <param name="model">The model's file, for messages.</param>
    /// <exception cref="CudaNetException">The numbers are not as many as the channels.</exception>
    public Preprocessing Apply(ParseResult arguments, Preprocessing rule, int channels, string preset, string? model = null)
    {
        rule = rule with { Mean = Each(arguments.GetValue(_mean), channels) ?? rule.Mean, Std = Each(arguments.GetValue(_std), channels) ?? rule.Std };
        return rule.Mean.Count == channels && rule.Std.Count == channels
            ? rule
            : throw new CudaNetException($"the model takes {channels} channels, {preset} has means and deviations of {rule.Mean.Count} and {rule.Std.Count}")
            {
                File = model,
                Hint = channels is 1 or 3 ? $"Give both as the model was trained, --mean {Example(channels)} --std {Example(channels)}; or give tensors (.npy) instead of images." : "Give tensors (.npy) instead of images.",
            };
    }

    private static double[]? Each(double[]? given, int channels) => given is [double all] ? [.. Enumerable.Repeat(all, channels)] : given is { Length: > 0 } ? given : null;

    private static string Example(int channels) => channels == 1 ? "0.5" : "0.5,0.5,0.5";
}
